import type { Alarm, Severity } from '@city-brain/model'

/** Most severe first. */
const ranks: Record<Severity, number> = { critical: 0, high: 1, medium: 2, low: 3, informational: 4 }

export function severityRank(severity: Severity): number {
  return ranks[severity]
}

/** Somebody still has to say that they have seen it. */
export function needsAcknowledgement(alarm: Alarm): boolean {
  return alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged'
}

/** Most severe first, then those that nobody has acknowledged, then the newest. */
export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    ranks[a.severity] - ranks[b.severity] ||
    Number(needsAcknowledgement(b)) - Number(needsAcknowledgement(a)) ||
    Date.parse(b.raisedAt) - Date.parse(a.raisedAt) ||
    (a.id < b.id ? -1 : 1)
  )
}
