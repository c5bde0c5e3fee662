import type { LocalizedText } from './localized-text.ts'
import type { SignalCommandMessage } from './signal/signal-command.ts'
import type { SignalTiming } from './signal/signal-timing.ts'

/** Payload of a `timing-request`: a rule asks that an intersection be re-timed from measured demand. The entity is the intersection. */
export type TimingRequest = {
  rule: string
  ruleVersion: number
  /** The entity whose reading caused it, e.g. a detector. */
  because: string
  values: Record<string, number | string | boolean>
  causes: number[]
  /** For how long the timing is asked for, milliseconds. */
  duration: number
  text: LocalizedText
}

/** What was measured of one phase when a timing was made. */
export type PhaseDemand = {
  phase: number
  /** Counted flow in veh/h. */
  counted: number
  /** Growth of the queue in veh/h: a congested approach counts its capacity, not its demand. */
  queueGrowth: number
  saturationFlow: number
  /** (counted + growth) / saturation flow, capped at 0.9. */
  flowRatio: number
  detectors: { id: string; offset: number; intensity?: number; occupancy?: number }[]
  /** Where measurements were missing or stale, the split of the local plan stands in. */
  fallback?: 'no-data' | 'stale'
}

/** Payload of a `decision`: why a timing was commanded or was not. The entity is the intersection. */
export type Decision = {
  decision: string
  outcome: 'commanded' | 'refused' | 'unchanged' | 'no-state'
  rule: string
  ruleVersion: number
  request: number
  demand: PhaseDemand[]
  before: SignalTiming
  after?: SignalTiming
  /** Limits that were applied, e.g. "cycle capped at 120 s", in words for people. */
  limits: LocalizedText[]
  /** Why it was refused. */
  reason?: LocalizedText
  causes: number[]
  commandId?: string
}

export type CommandState = 'requested' | 'sent' | 'acknowledged' | 'effective' | 'rejected' | 'expired'

/** Payload of a `command` entry: one step in a command's life. The entity is the intersection. */
export type CommandTransition = {
  commandId: string
  state: CommandState
  /** `requested` only: what is to be delivered, and to which device. */
  message?: SignalCommandMessage
  controller?: string
  decision?: string
  reason?: string
  /** `expired` only: the state that it ended in. One that was effective has ended as it should; any other was not carried out. */
  from?: CommandState
  /** The values and offsets that caused the step. */
  causes: number[]
}

/** A command as the console shows it: the fold of its transitions. */
export type Command = {
  id: string
  intersection: string
  controller: string
  state: CommandState
  message: SignalCommandMessage
  decision?: Decision
  reason?: string
  /** RFC 3339 of each state reached. */
  times: Partial<Record<CommandState, string>>
  /** Offset of its newest transition. */
  offset: number
}
