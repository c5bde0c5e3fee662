import {
  type AssetCollection,
  type Entry,
  type EntryKind,
  formatInstant,
  readingTypeOf,
  type View
} from '@city-brain/model'
import { activeConditions, createAlarmDecisions } from './alarm-decisions.ts'
import type { LedgerState } from './alarm-ledger.ts'
import { type Condition, causesOf, type RuleRuntime, type Verdict } from './condition.ts'
import { type ConditionTracker, createConditionTracker, type TrackerState } from './condition-tracker.ts'
import type { Context } from './context.ts'
import { createDueQueue } from './due-queue.ts'
import { createOutcomes, reportedValues, timingRequest } from './outcomes.ts'
import { type ReadingMemory, readingContext, remember } from './reading-context.ts'
import { indexRules } from './rule-index.ts'
import type { Rule, RuleSet } from './rule-set.ts'
import { createRuleTime, type RuleTimeState } from './rule-time.ts'
import { createTimingDemands, type TimingDemand, type TimingDemandState } from './timing-demands.ts'

export type RulesViewOptions = {
  ruleSet: RuleSet
  assets: AssetCollection
  /** Device id → entity id, for devices that belong to an asset of another id: which intersection a signal controller runs. */
  controllers?: ReadonlyMap<string, string>
}

const format = 1
type RulesState = {
  format: number
  /** Hash of the rule set that governs, by the newest `rule-set` entry. */
  governing?: string
  time: RuleTimeState
  rules: TrackerState
  timings: TimingDemandState[]
  memories: [string, ReadingMemory][]
  quality: [string, string[]][]
  ledger: LedgerState
}

const kinds: readonly EntryKind[] = [
  'tick',
  'reading',
  'status',
  'command',
  'quality',
  'operator-action',
  'alarm',
  'rule-set',
  'registry',
  'registry-change'
]

/**
 * The rules as a view of the journal: readings, device status, commands and the passing of ticks become alarm transitions
 * and timing requests. A reading touches the rules on its type and nothing else; a tick touches what is due.
 *
 * Recorded `alarm` entries are never judged. They are noted, so that when the rules have changed (a `rule-set` or
 * `registry` entry) what stands by record is taken over: alarms of removed rules return, others wait for their next
 * reading. Entries of a time that other rules governed lead to no outcomes.
 */
export function createRulesView({ ruleSet, assets, controllers }: RulesViewOptions): View {
  const index = indexRules(ruleSet, assets)
  const time = createRuleTime()
  const memories = new Map<string, ReadingMemory>()
  const quality = new Map<string, string[]>()
  let queue = createDueQueue<Condition | TimingDemand>()
  let governing: string | undefined
  const outcomes = createOutcomes()
  /** Whether these rules are the ones in force; if not, what they find is not said. */
  let governs = true

  const timers = { set: (timer: Condition | TimingDemand, due: number) => queue.set(timer, due) }
  const intersectionOf = (entity: string) => {
    const properties = index.asset(entity)?.properties
    return properties?.kind === 'detector' ? properties.refIntersection : undefined
  }

  const timings = createTimingDemands(timers, (demand, because, causes) => {
    if (governs)
      outcomes.timingRequest(demand.intersection, timingRequest(because, index.asset(because.entity), causes))
  })

  const joinTiming = (condition: Condition) => {
    if (condition.runtime.rule.requestTiming === undefined) return
    const intersection = intersectionOf(condition.entity)
    if (intersection) timings.join(condition, intersection, time.now)
  }

  const alarms = createAlarmDecisions({ index, outcomes, governs: () => governs })

  const tracker: ConditionTracker = createConditionTracker({
    index,
    queue: timers,
    now: () => time.now,
    effects: {
      raise(condition) {
        alarms.raise(condition)
        joinTiming(condition)
      },
      return(condition) {
        alarms.return(condition.runtime.rule, condition.entity, condition.values, causesOf(condition))
        const intersection = intersectionOf(condition.entity)
        if (intersection) timings.leave(condition, intersection)
      }
    }
  })

  const judgeAll = (runtimes: readonly RuleRuntime[], entity: string, offset: number, context: Context) => {
    for (const runtime of runtimes) {
      const verdict = verdictOf(runtime.rule, context)
      tracker.judge(runtime, entity, offset, verdict, () => reportedValues(runtime.rule, context))
    }
  }

  const applyReading = ({ entity, offset, receivedAt, payload: reading }: Entry<'reading'>) => {
    if (reading.backfill || reading.flags?.includes('late')) return
    const plan = index.plans.get(reading.type)
    if (!plan) return
    for (const runtime of plan.silences) tracker.hear(runtime, entity, offset)
    if (plan.conditions.length === 0) return
    const before = plan.remembers ? memories.get(entity) : undefined
    const memory = plan.remembers ? remember(before, reading, plan) : undefined
    if (memory && !before) memories.set(entity, memory)
    const asset = index.asset(entity)
    judgeAll(
      plan.conditions,
      entity,
      offset,
      readingContext(reading, receivedAt, plan, asset, memory, quality.get(entity))
    )
  }

  /** The rules that ask whether the values are reliable judge the newest reading once more. */
  const applyQuality = ({ entity, offset, receivedAt, payload }: Entry<'quality'>) => {
    const others = (quality.get(entity) ?? []).filter((problem) => problem !== payload.problem)
    const standing = payload.state === 'raised' ? [...others, payload.problem].sort() : others
    if (standing.length > 0) quality.set(entity, standing)
    else quality.delete(entity)
    const asset = index.asset(entity)
    const type = asset && readingTypeOf(asset.properties)
    const plan = type && index.plans.get(type)
    const memory = memories.get(entity)
    if (!type || !plan || !memory?.values) return
    const reading = { type, dateObserved: formatInstant(memory.observed), values: memory.values }
    const context = readingContext(reading, receivedAt, plan, asset, memory, standing)
    const asking = plan.conditions.filter(({ rule }) => rule.reported.includes('unreliable'))
    judgeAll(asking, entity, offset, context)
  }

  const applyEntry = (entry: Entry) => {
    switch (entry.kind) {
      case 'tick':
        time.advance(entry.payload)
        for (const timer of queue.take(time.now)) {
          if (timer.kind === 'condition') tracker.fire(timer)
          else timings.renew(timer, time.now)
        }
        return
      case 'reading':
        return applyReading(entry)
      case 'status': {
        const entity = controllers?.get(entry.entity) ?? entry.entity
        const context = { values: entry.payload, asset: index.asset(entity)?.values }
        return judgeAll(index.device, entity, entry.offset, context)
      }
      case 'command': {
        const { state, reason, from } = entry.payload
        const context = { values: { state, reason, from }, asset: index.asset(entry.entity)?.values }
        return judgeAll(index.command, entry.entity, entry.offset, context)
      }
      case 'quality':
        return applyQuality(entry)
      case 'operator-action':
        return alarms.acknowledge(entry.payload, entry.offset)
      case 'alarm':
        if (entry.source === 'view:rules') alarms.ledger.record(entry.entity, entry.payload)
        return
      case 'rule-set':
      case 'registry':
        alarms.settle(tracker, entry.offset)
        if (governs) for (const condition of activeConditions(index)) joinTiming(condition)
        return
      case 'registry-change':
        // What stands is judged again with the entity's next reading.
        if (entry.payload.change === 'asset') index.put(entry.payload.asset)
    }
  }

  return {
    name: 'rules',
    kinds,
    restore(state) {
      const saved = (state as RulesState | undefined)?.format === format ? (state as RulesState) : undefined
      queue = createDueQueue()
      governing = saved?.governing
      time.restore(saved?.time)
      alarms.ledger.restore(saved?.ledger)
      tracker.restore(saved?.rules ?? [])
      timings.restore(saved?.timings ?? [], index.runtimes)
      memories.clear()
      for (const [entity, memory] of saved?.memories ?? []) {
        if (index.asset(entity)) memories.set(entity, { ...memory, measured: { ...memory.measured } })
      }
      quality.clear()
      for (const [entity, problems] of saved?.quality ?? []) quality.set(entity, problems)
    },
    apply(entry) {
      if (entry.kind === 'rule-set') governing = entry.payload.hash
      governs = governing === undefined || governing === ruleSet.hash
      outcomes.begin(entry.offset)
      applyEntry(entry)
      return outcomes.drafts()
    },
    snapshot: (): RulesState => ({
      format,
      ...(governing === undefined ? {} : { governing }),
      time: time.snapshot(),
      rules: tracker.snapshot(),
      timings: timings.snapshot(),
      memories: [...memories].map(([entity, memory]) => [entity, { ...memory, measured: { ...memory.measured } }]),
      quality: [...quality],
      ledger: alarms.ledger.snapshot()
    })
  }
}

/** What the values say about a rule. A rule whose filter does not hold does not stand. */
function verdictOf({ trigger }: Rule, context: Context): Verdict {
  if (trigger.kind !== 'condition') return 'unknown'
  const meant = trigger.filter ? trigger.filter.evaluate(context) : true
  if (meant === undefined) return 'unknown'
  if (!meant) return 'clear'
  const raises = trigger.when.evaluate(context)
  if (raises) return 'raise'
  const clears = trigger.clear ? trigger.clear.evaluate(context) : raises === undefined ? undefined : !raises
  if (clears) return 'clear'
  return raises === false ? 'between' : 'unknown'
}
