import {
  type CommandAcknowledgement,
  formatInstant,
  type Intersection,
  parseInstant,
  type SignalCommandMessage,
  type SignalState,
  type SignalTiming
} from '@city-brain/model'
import { findConflict } from './conflict-monitor.ts'
import { judgeCommand } from './judge-command.ts'
import { judgeTiming } from './judge-timing.ts'
import { readCommand } from './read-command.ts'
import { reportStates } from './report-state.ts'
import type { RunningCycle } from './running-cycle.ts'
import { synchronise } from './synchronise.ts'
import { changesOf, type Display, displayAt, layOutCycle } from './timetable.ts'

/** A signal controller in the street. It runs its local plan, takes timings from the centre, and trusts nobody. */
export type Controller = {
  readonly intersection: string
  /** Advances the lamps to `now` (milliseconds since 1970; going back does nothing). True where a lamp may have changed. */
  step(now: number): boolean
  /** Judges the decoded JSON of a `cmd` message at the time of the last step. Undefined where it bears no id that could be answered. */
  receive(message: unknown): CommandAcknowledgement | undefined
  /** What is published on `spat`. */
  state(): SignalState
  /** Whether vehicles (or pedestrians) of a phase have green now. */
  greenOf(phase: number): boolean
  /** `flashing`: the monitor has taken over, and everybody gives way. */
  displayOf(phase: number): Display | 'flashing'
  /** Why it flashes; undefined while it runs. */
  fault(): string | undefined
}

type Plan = { timing: SignalTiming; commandId?: string; expiresAt?: number }

/** Answers remembered, so that a repeated command is answered as it was the first time. */
const rememberedAnswers = 64

/**
 * A timing takes effect at the next begin of a cycle, so nothing that is shown is ever cut; at its end, or on release,
 * the local plan comes back in the same way.
 * @param options.now milliseconds since 1970 at which the controller is switched on; it begins with all red
 */
export function createController(options: { intersection: Intersection; now: number }): Controller {
  const { intersection } = options
  const answers = new Map<string, CommandAcknowledgement>()
  const localPlan: Plan = { timing: intersection.plan }
  const startUp = Math.max(...intersection.phases.map((phase) => phase.yellowChange + phase.redClearance))
  let now = options.now
  let next: Plan = localPlan
  // A controller whose own plan breaks its limits never shows a green.
  let fault = judgeTiming(intersection, intersection.plan)
  let cycle: RunningCycle = {
    start: now,
    timetable: { length: Math.round(startUp * 1_000), stages: [0], greens: [] },
    timing: intersection.plan
  }

  const shownAt = (phase: number, at: number) => displayAt(cycle.timetable, phase, at - cycle.start)

  function beginCycle(start: number): void {
    if (next.expiresAt !== undefined && start >= next.expiresAt) next = localPlan
    const greens = synchronise(intersection, next.timing, start)
    cycle = { start, timetable: layOutCycle(intersection, greens), ...next }
  }

  /** Passes every moment at which a lamp changes, so that the monitor sees each of them. */
  function advance(to: number): boolean {
    let changed = false
    while (fault === undefined) {
      const from = now
      const end = cycle.start + cycle.timetable.length
      for (const moment of changesOf(cycle.timetable)) {
        const at = cycle.start + moment
        if (at < from || at > to || at >= end) continue
        changed ||= at > from
        const conflict = findConflict(intersection, (phase) => shownAt(phase, at))
        if (conflict) {
          fault = `phases ${conflict.join(' and ')} would meet`
          changed = true
          break
        }
      }
      if (fault !== undefined || to < end) break
      now = end
      beginCycle(end)
      changed = true
    }
    now = to
    return changed
  }

  function take(command: SignalCommandMessage): void {
    if (command.kind === 'release' || !command.timing) {
      next = localPlan
      return
    }
    next = { timing: command.timing, commandId: command.commandId, expiresAt: parseInstant(command.expiresAt) }
  }

  function answer(message: unknown): CommandAcknowledgement | undefined {
    const read = readCommand(message)
    if (read.kind === 'unanswerable') return undefined
    const commandId = read.kind === 'command' ? read.command.commandId : read.commandId
    const earlier = answers.get(commandId)
    if (earlier) return earlier
    const reason = read.kind === 'malformed' ? read.reason : refusal(read.command)
    const dateObserved = formatInstant(now)
    if (reason !== undefined) return { commandId, result: 'rejected', reason: reason.slice(0, 256), dateObserved }
    if (read.kind === 'command') take(read.command)
    return { commandId, result: 'accepted', dateObserved }
  }

  function refusal(command: SignalCommandMessage): string | undefined {
    return fault !== undefined ? `flashing: ${fault}` : judgeCommand(intersection, command, now)
  }

  return {
    intersection: intersection.intersection,
    step(to) {
      return to > now ? advance(to) : false
    },
    receive(message) {
      const acknowledgement = answer(message)
      if (!acknowledgement) return undefined
      answers.set(acknowledgement.commandId, acknowledgement)
      const [oldest] = answers.keys()
      if (answers.size > rememberedAnswers && oldest !== undefined) answers.delete(oldest)
      return acknowledgement
    },
    state() {
      const at = now - cycle.start
      const stage = Math.max(
        0,
        cycle.timetable.stages.findLastIndex((begin) => begin <= at)
      )
      return {
        type: 'SignalState',
        id: intersection.intersection,
        dateObserved: formatInstant(now),
        revision: intersection.revision,
        mode: fault !== undefined ? 'flashing' : cycle.commandId === undefined ? 'coordinated' : 'adaptive',
        stage,
        stageAge: Math.max(0, at - (cycle.timetable.stages[stage] ?? 0)) / 1_000,
        timing: cycle.timing,
        ...(cycle.commandId === undefined ? {} : { commandId: cycle.commandId }),
        states:
          fault !== undefined
            ? intersection.phases.map(({ id }) => ({ signalGroup: id, state: 'caution-Conflicting-Traffic' }))
            : reportStates(intersection, cycle, now)
      }
    },
    greenOf: (phase) => fault === undefined && shownAt(phase, now) === 'green',
    displayOf: (phase) => (fault === undefined ? shownAt(phase, now) : 'flashing'),
    fault: () => fault
  }
}
