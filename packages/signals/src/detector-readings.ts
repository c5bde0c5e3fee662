import { parseInstant, type Reading } from '@city-brain/model'
import type { Detector } from './describe-detectors.ts'

/** A detector's reading as far as demand needs it. Plain JSON: it is part of the view's snapshot. */
export type DetectorReading = {
  offset: number
  /** Monotonic milliseconds of the tick before it came: ages run on it. */
  at: number
  /** Milliseconds since 1970 at which the device observed it: trends run on it. */
  observed: number
  /** Seconds counted over. */
  period: number
  intensity?: number
  occupancy?: number
}

/** How far back demand looks, milliseconds: the last minutes, and at least two periods of the detector. */
const window = 300_000
/** Readings kept of one detector, whatever it sends. */
const mostReadings = 64

/** What demand needs of a reading; undefined for one that says nothing about the present. */
export function toDetectorReading(
  detector: Detector,
  reading: Reading,
  offset: number,
  at: number
): DetectorReading | undefined {
  if (reading.type !== 'TrafficFlowObserved' || reading.backfill || reading.flags?.includes('late')) return undefined
  const observed = parseInstant(reading.dateObserved)
  if (observed === undefined) return undefined
  const { intensity, occupancy } = reading.values
  return {
    offset,
    at,
    observed,
    period: periodOf(reading) ?? detector.period,
    ...(typeof intensity === 'number' ? { intensity } : {}),
    ...(typeof occupancy === 'number' ? { occupancy } : {})
  }
}

function periodOf({ values }: Reading): number | undefined {
  const { dateObservedFrom, dateObservedTo } = values
  if (typeof dateObservedFrom !== 'string' || typeof dateObservedTo !== 'string') return undefined
  const from = parseInstant(dateObservedFrom)
  const to = parseInstant(dateObservedTo)
  return from !== undefined && to !== undefined && to > from ? (to - from) / 1_000 : undefined
}

/** The readings with a new one, without those that are too old to matter. The newest always stays: it tells the age. */
export function keepRecent(
  readings: readonly DetectorReading[],
  added: DetectorReading,
  detector: Detector
): DetectorReading[] {
  return [...recent(readings, detector, added.at), added].slice(-mostReadings)
}

/** Those of the last minutes, seen from `now` (monotonic milliseconds). */
export function recent(readings: readonly DetectorReading[], detector: Detector, now: number): DetectorReading[] {
  const from = now - Math.max(window, 2_000 * detector.period)
  return readings.filter(({ at }) => at > from)
}
