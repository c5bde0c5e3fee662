import type { LiveCommand } from './command-life.ts'
import type { ReportedState, WatchedTime } from './controller-watch.ts'
import type { WaitingRelease } from './decide-release.ts'
import type { WaitingRequest } from './decide-timing.ts'
import type { DetectorReading } from './detector-readings.ts'

/** What the signals view knows of one intersection. */
export type IntersectionState = {
  reported?: ReportedState
  request?: WaitingRequest
  release?: WaitingRelease
  live: LiveCommand[]
  /** Monotonic milliseconds until which an operator's release holds against rules. */
  heldUntil?: number
}

/** The whole state of the signals view. Plain JSON; `format` changes with its form. */
export type SignalsViewState = {
  format: 1
  time?: WatchedTime
  intersections: Record<string, IntersectionState>
  readings: Record<string, DetectorReading[]>
}

/** The state at the beginning, or that of a snapshot of the same form. What the city no longer has falls away. */
export function restoreState(
  snapshot: unknown,
  intersections: Iterable<string>,
  detectors: Iterable<string>
): SignalsViewState {
  const kept = isState(snapshot) ? structuredClone(snapshot) : undefined
  return {
    format: 1,
    ...(kept?.time ? { time: kept.time } : {}),
    intersections: Object.fromEntries([...intersections].map((id) => [id, kept?.intersections[id] ?? { live: [] }])),
    readings: Object.fromEntries(
      [...detectors].flatMap((id) => {
        const readings = kept?.readings[id]
        return readings ? [[id, readings]] : []
      })
    )
  }
}

function isState(snapshot: unknown): snapshot is SignalsViewState {
  return typeof snapshot === 'object' && snapshot !== null && (snapshot as { format?: unknown }).format === 1
}

/**
 * Makes what was measured, and what waits, older by the time that the monotonic count knows nothing of: while the city
 * is down it stands still, but the street goes on.
 */
export function makeOlder(state: SignalsViewState, milliseconds: number): void {
  for (const readings of Object.values(state.readings)) for (const reading of readings) reading.at -= milliseconds
  for (const { request } of Object.values(state.intersections)) if (request) request.at -= milliseconds
}
