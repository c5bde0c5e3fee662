import Type, { type Static } from 'typebox'
import type { LocalizedText } from './localized-text.ts'

/** Severity, least first. */
export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const
export const Severity = Type.Enum([...severities])
export type Severity = Static<typeof Severity>

/** ISA-18.2 states, as far as they are built. `normal` is the end: the alarm leaves the list. */
export type AlarmState = 'unacknowledged' | 'acknowledged' | 'returned-unacknowledged' | 'normal'

/**
 * Payload of an `alarm` entry: one transition. The state of an alarm is the fold of its transitions, never a re-evaluation.
 * An alarm is one per rule and entity; its id is `rule/entity`. The city's own alarm of a full journal has
 * `city.journal-full` for a rule and the id of the city for an entity.
 */
export type AlarmTransition = {
  alarm: string
  transition: 'raised' | 'returned' | 'acknowledged' | 'raised-again'
  rule: string
  ruleVersion: number
  severity: Severity
  /** Title and detail with the values filled in. */
  title: LocalizedText
  detail: LocalizedText
  advice?: LocalizedText
  /** The values that caused it by name, and the offsets of the entries they came from. */
  values: Record<string, number | string | boolean>
  causes: number[]
  /** `acknowledged` only. */
  operator?: string
}

/** An alarm as the list shows it. */
export type Alarm = {
  id: string
  entity: string
  rule: string
  ruleVersion: number
  severity: Severity
  state: AlarmState
  title: LocalizedText
  detail: LocalizedText
  advice?: LocalizedText
  values: Record<string, number | string | boolean>
  causes: number[]
  /** RFC 3339. */
  raisedAt: string
  returnedAt?: string
  acknowledgedAt?: string
  acknowledgedBy?: string
  /** Offset of its newest transition. */
  offset: number
}
