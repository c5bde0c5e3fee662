import type { Entry, Intersection, SignalState } from '@city-brain/model'

/** What a controller reported last. Plain JSON. */
export type ReportedState = {
  offset: number
  state: SignalState
  /** Monotonic milliseconds of the tick before it came. */
  at: number
}

/** Milliseconds after which a controller that reports once a second is held to be silent. */
export const silentAfter = 5_000
/** Milliseconds without a tick after which the city must have been away: nothing that was known before it counts. */
export const longestTickGap = 2_500

/** The ticks as far as a view needs them. Plain JSON. */
export type WatchedTime = { now: number; monotonic: number; receivedAt: number }

/** The intersections that an entry speaks of: by their own id, or all that its controller runs. */
export function createSubjects(intersections: readonly Intersection[]): (entity: string) => readonly string[] {
  const subjects = new Map<string, string[]>()
  for (const { intersection, controller } of intersections) {
    if (!subjects.has(intersection)) subjects.set(intersection, [intersection])
    if (controller !== intersection) subjects.set(controller, [...(subjects.get(controller) ?? []), intersection])
  }
  return (entity) => subjects.get(entity) ?? []
}

/** The one intersection that a SPaT is about, or undefined where that cannot be told. */
export function subjectOfState(
  subjects: (entity: string) => readonly string[],
  entry: Entry<'spat'>
): string | undefined {
  const named = entry.payload.id === undefined ? [] : subjects(entry.payload.id)
  const [only, ...more] = named.length === 1 ? named : subjects(entry.entity)
  return more.length === 0 ? only : undefined
}

/**
 * Whether ticks are missing before this entry. While the city is down no tick is written, so a gap is how a view, which
 * knows only entries, notices a restart: what was known of the controllers before it does not count any more.
 */
export function isAfterGap(time: WatchedTime | undefined, entry: Entry): boolean {
  if (!time) return false
  const away = entry.receivedAt - time.receivedAt
  if (entry.kind === 'clock-step') return true
  if (entry.kind !== 'tick') return away > longestTickGap
  return Math.abs(entry.payload.now - time.now) > longestTickGap || away > longestTickGap
}

/** Whether a controller's report is recent enough to act on. */
export function isFresh(reported: ReportedState | undefined, time: WatchedTime | undefined): boolean {
  return reported !== undefined && time !== undefined && time.monotonic - reported.at <= silentAfter
}
