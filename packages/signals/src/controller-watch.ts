import type { Entry, Intersection, SignalState, Tick } from '@city-brain/model'

/** What a controller reported last. Plain JSON. */
export type ReportedState = {
  offset: number
  state: SignalState
  /** Monotonic milliseconds of the tick before it came. */
  at: number
}

/** Milliseconds after which a controller that reports once a second is held to be silent. */
export const silentAfter = 5_000
/** Ticks come every second; an entry that is received so much later than the newest tick came after a stop. */
const longestTickGap = 1_500
/** The wall clock and the monotonic count, which stands still while the city is down, never differ by more while it runs. */
const largestDrift = 300

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

/** Milliseconds of the street that the monotonic count knows nothing of: while the city is down it stands still. */
export function unseenTime(time: WatchedTime | undefined, { now, monotonic }: Tick): number {
  const unseen = time ? now - time.now - (monotonic - time.monotonic) : 0
  return Math.abs(unseen) > largestDrift ? unseen : 0
}

/**
 * Whether the city was down, or its clock was set, before this entry. That is how a view, which knows only entries,
 * notices a restart: what was known of the controllers before it does not count any more.
 */
export function isAfterGap(time: WatchedTime | undefined, entry: Entry): boolean {
  if (!time) return false
  switch (entry.kind) {
    case 'clock-step':
      return true
    case 'tick':
      return unseenTime(time, entry.payload) !== 0
    default:
      return entry.receivedAt - time.receivedAt > longestTickGap
  }
}

/** Whether a controller's report is recent enough to act on. */
export function isFresh(reported: ReportedState | undefined, time: WatchedTime | undefined): boolean {
  return reported !== undefined && time !== undefined && time.monotonic - reported.at <= silentAfter
}
