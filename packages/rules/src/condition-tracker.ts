import {
  type Condition,
  judge,
  type Phase,
  type RuleRuntime,
  type Step,
  type Values,
  type Verdict
} from './condition.ts'
import type { DueQueue } from './due-queue.ts'
import { alarmId, reportedValues } from './outcomes.ts'

import type { RuleIndex } from './rule-index.ts'

/** What happens when a condition becomes active or ends. */
export type Effects = { raise(condition: Condition): void; return(condition: Condition): void }

type ConditionState = {
  entity: string
  phase: Phase
  first: number
  last: number
  values: Values
  due?: number
  heardAt: number
}
/** `heard`: entity, offset of its last reading, and when it was heard; there is one of each entity that is watched. */
export type TrackerState = {
  rule: string
  version: number
  conditions: ConditionState[]
  heard: [entity: string, offset: number, heardAt: number][]
}[]

/** Keeps the conditions of all rules: judges readings, hears signs of life, and lets due moments happen. */
export type ConditionTracker = {
  judge(runtime: RuleRuntime, entity: string, offset: number, verdict: Verdict, values: () => Values): void
  /** A sign of life of an entity that a rule watches for silence. */
  hear(runtime: RuleRuntime, entity: string, offset: number): void
  /** A delay or an allowed silence has run out. */
  fire(condition: Condition): void
  /** Takes over an alarm that stands by record, though these rules did not raise it. */
  adopt(runtime: RuleRuntime, entity: string, values: Values, causes: readonly number[]): Condition
  drop(condition: Condition): void
  snapshot(): TrackerState
  restore(state: TrackerState): void
}

export function createConditionTracker(options: {
  index: RuleIndex
  queue: Pick<DueQueue<Condition>, 'set'>
  now: () => number
  effects: Effects
}): ConditionTracker {
  const { index, queue, now, effects } = options

  const create = (runtime: RuleRuntime, entity: string, phase: Phase, offset: number): Condition => {
    const condition: Condition = {
      kind: 'condition',
      key: alarmId(runtime.rule, entity),
      runtime,
      entity,
      phase,
      first: offset,
      last: offset,
      values: {},
      heardAt: now(),
      allowed: index.allowedSilence(runtime.rule, entity) ?? 0,
      due: undefined
    }
    runtime.conditions.set(entity, condition)
    return condition
  }

  const drop = (condition: Condition) => {
    condition.due = undefined
    condition.runtime.conditions.delete(condition.entity)
  }

  const take = (condition: Condition, step: Step) => {
    if (step.phase) condition.phase = step.phase
    if (step.wait !== undefined) queue.set(condition, now() + step.wait)
    else if (condition.phase === 'active') condition.due = undefined
    if (step.effect === 'raise') effects.raise(condition)
    if (step.phase === undefined) drop(condition)
    if (step.effect === 'return') effects.return(condition)
  }

  const tracker: ConditionTracker = {
    judge(runtime, entity, offset, verdict, values) {
      const condition = runtime.conditions.get(entity)
      const step = judge(condition?.phase, verdict, runtime.rule)
      if (!condition && step.phase === undefined) return
      const judged = condition ?? create(runtime, entity, 'pending', offset)
      if (verdict !== 'unknown') {
        if (verdict === 'clear' && judged.phase === 'active') judged.first = offset
        judged.last = offset
        judged.values = values()
      }
      take(judged, step)
    },
    hear(runtime, entity, offset) {
      let condition = runtime.conditions.get(entity)
      if (!condition) {
        if (!index.appliesTo(runtime.rule, entity)) return
        condition = create(runtime, entity, 'heard', offset)
      }
      condition.heardAt = now()
      condition.last = offset
      if (condition.phase === 'heard') {
        condition.first = offset
        queue.set(condition, now() + condition.allowed)
        return
      }
      if (condition.phase !== 'active') return
      condition.first = offset
      condition.phase = 'clearing'
      if (runtime.rule.offDelay > 0) queue.set(condition, now() + runtime.rule.offDelay)
      else tracker.fire(condition)
    },
    fire(condition) {
      const { runtime, entity } = condition
      if (runtime.rule.trigger.kind === 'condition') {
        if (condition.phase === 'pending') take(condition, { phase: 'active', effect: 'raise' })
        else if (condition.phase === 'clearing') take(condition, { phase: undefined, effect: 'return' })
        return
      }
      const values = { silentFor: (now() - condition.heardAt) / 1_000 }
      condition.values = reportedValues(runtime.rule, { values, asset: index.asset(entity)?.values })
      if (condition.phase === 'heard') {
        condition.phase = 'active'
        effects.raise(condition)
        return
      }
      const silentFrom = condition.heardAt + condition.allowed
      // Heard once and silent again while the off-delay ran: it has not come back.
      condition.phase = silentFrom < now() ? 'active' : 'heard'
      if (condition.phase === 'active') return
      effects.return(condition)
      condition.first = condition.last
      queue.set(condition, silentFrom)
    },
    adopt(runtime, entity, values, causes) {
      const condition = runtime.conditions.get(entity) ?? create(runtime, entity, 'active', causes[0] ?? 0)
      condition.phase = 'active'
      condition.due = undefined
      condition.values = values
      condition.last = Math.max(condition.last, ...causes)
      return condition
    },
    drop,
    snapshot: () =>
      [...index.runtimes.values()].map(({ rule, conditions }) => {
        const all = [...conditions.values()]
        return {
          rule: rule.id,
          version: rule.version,
          conditions: all.filter(({ phase }) => phase !== 'heard').map(stateOf),
          heard: all
            .filter(({ phase }) => phase === 'heard')
            .map(({ entity, last, heardAt }) => [entity, last, heardAt])
        }
      }),
    restore(state) {
      for (const { conditions } of index.runtimes.values()) conditions.clear()
      for (const { rule, version, conditions, heard } of state) {
        const runtime = index.runtimes.get(rule)
        if (!runtime) continue
        for (const saved of conditions) restoreCondition(runtime, version === runtime.rule.version, saved)
        for (const [entity, last, heardAt] of heard) {
          restoreCondition(runtime, true, { entity, phase: 'heard', first: last, last, values: {}, heardAt })
        }
      }
    }
  }

  /** A rule that has changed in the meantime keeps what stands; its delays begin anew. */
  const restoreCondition = (runtime: RuleRuntime, sameVersion: boolean, saved: ConditionState) => {
    const { rule } = runtime
    const silence = rule.trigger.kind === 'silence'
    if (!index.appliesTo(rule, saved.entity) || saved.phase === (silence ? 'pending' : 'heard')) return
    if (!sameVersion && saved.phase === 'pending') return
    const condition = create(runtime, saved.entity, saved.phase, saved.first)
    condition.last = saved.last
    condition.values = saved.values
    condition.heardAt = saved.heardAt
    if (!sameVersion && saved.phase === 'clearing') condition.phase = 'active'
    else if (saved.phase === 'heard') queue.set(condition, saved.heardAt + condition.allowed)
    else if (saved.due !== undefined) queue.set(condition, saved.due)
  }
  return tracker
}

function stateOf({ entity, phase, first, last, values, due, heardAt }: Condition): ConditionState {
  return { entity, phase, first, last, values, ...(due === undefined ? {} : { due }), heardAt }
}
