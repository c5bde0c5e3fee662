import { type Alarm, type Entry, formatInstant, severities, type View } from '@city-brain/model'
import { nextAlarmState } from './alarm-state.ts'

const format = 1
type AlarmsState = { format: number; alarms: Alarm[] }

export type AlarmsView = View & {
  /** Every alarm that has not both returned and been acknowledged; the most severe first, then the newest. */
  list(): Alarm[]
  get(id: string): Alarm | undefined
  /** Calls the listener with each alarm after its transition, `normal` where it left the list. Returns the end. */
  onChange(listener: (alarms: readonly Alarm[], to: number) => void): () => void
}

/**
 * The alarm list: the fold of recorded `alarm` entries, never a re-evaluation. What has ended is not kept in memory;
 * whoever wants the past reads the entries from the journal.
 */
export function createAlarmsView(): AlarmsView {
  const alarms = new Map<string, Alarm>()
  const listeners = new Set<(alarms: readonly Alarm[], to: number) => void>()
  let sorted: Alarm[] | undefined

  return {
    name: 'alarms',
    kinds: ['alarm'],
    restore(state) {
      alarms.clear()
      sorted = undefined
      const saved = state as AlarmsState | undefined
      if (saved?.format !== format) return
      for (const alarm of saved.alarms) alarms.set(alarm.id, alarm)
    },
    apply(entry) {
      if (entry.kind !== 'alarm') return undefined
      const next = foldAlarm(alarms.get(entry.payload.alarm), entry)
      if (!next) return undefined
      if (next.state === 'normal') alarms.delete(next.id)
      else alarms.set(next.id, next)
      sorted = undefined
      for (const listener of listeners) listener([next], entry.offset)
      return undefined
    },
    snapshot: (): AlarmsState => ({ format, alarms: [...alarms.values()] }),
    list() {
      sorted ??= [...alarms.values()].sort(mostUrgentFirst)
      return [...sorted]
    },
    get: (id) => alarms.get(id),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}

/** Undefined where the transition says nothing new: one about an alarm that is not in the list. */
function foldAlarm(before: Alarm | undefined, entry: Entry<'alarm'>): Alarm | undefined {
  const { payload, offset } = entry
  const at = formatInstant(entry.receivedAt)
  const state = nextAlarmState(before?.state ?? 'normal', payload.transition)
  if (payload.transition === 'raised' || payload.transition === 'raised-again') {
    return {
      id: payload.alarm,
      entity: entry.entity,
      rule: payload.rule,
      ruleVersion: payload.ruleVersion,
      severity: payload.severity,
      state,
      title: payload.title,
      detail: payload.detail,
      ...(payload.advice ? { advice: payload.advice } : {}),
      values: payload.values,
      causes: payload.causes,
      raisedAt: at,
      offset
    }
  }
  // What raised it stays in sight until it is over: its texts, values and causes are not replaced by those of the return.
  if (!before || state === before.state) return undefined
  if (payload.transition === 'returned') return { ...before, state, returnedAt: at, offset }
  return {
    ...before,
    state,
    acknowledgedAt: at,
    ...(payload.operator ? { acknowledgedBy: payload.operator } : {}),
    offset
  }
}

function mostUrgentFirst(a: Alarm, b: Alarm): number {
  const bySeverity = severities.indexOf(b.severity) - severities.indexOf(a.severity)
  if (bySeverity !== 0) return bySeverity
  return a.raisedAt === b.raisedAt ? b.offset - a.offset : a.raisedAt < b.raisedAt ? 1 : -1
}
