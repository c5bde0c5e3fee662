import type { LatestEntity } from '@city-brain/model'

/** How the traffic of a road link runs, best first; `unknown` where nothing recent is known. */
export const trafficLevels = ['free', 'dense', 'slow', 'standing'] as const
export type TrafficLevel = (typeof trafficLevels)[number] | 'unknown'

export type LinkTraffic = {
  level: TrafficLevel
  /** Mean speed, km/h; absent where no detector measures it or nothing drove. */
  speed?: number
  /** Vehicles an hour over all detectors of the link. */
  flow?: number
  /** There are readings, but all of them too old or not to be relied on. */
  stale: boolean
}

/**
 * The speed as a share of the free-flow speed: free from 0.7, dense from 0.45, slow from 0.25, below that standing.
 * The steps are those at which HCM's level of service on urban streets turns from B to C, D and F, rounded.
 */
export function levelOfSpeed(speed: number, freeFlowSpeed: number): TrafficLevel {
  const share = speed / freeFlowSpeed
  if (share >= 0.7) return 'free'
  if (share >= 0.45) return 'dense'
  return share >= 0.25 ? 'slow' : 'standing'
}

/** The level by occupancy alone, for detectors that measure no speed. */
export function levelOfOccupancy(occupancy: number): TrafficLevel {
  if (occupancy < 0.15) return 'free'
  if (occupancy < 0.3) return 'dense'
  return occupancy < 0.5 ? 'slow' : 'standing'
}

/**
 * What the detectors of a link say together: the mean of their speeds weighted by the vehicles each counted. A detector
 * that counted nothing has no speed: it means an empty lane where it is unoccupied, and a standing queue where it is not.
 */
export function trafficOfLink(
  freeFlowSpeed: number,
  readings: readonly (LatestEntity | undefined)[],
  periodOf: (detector: string) => number | undefined = () => undefined
): LinkTraffic {
  const known = readings.filter((reading) => reading !== undefined)
  const usable = known.filter((reading) => !reading.stale && !reading.unreliable?.length)
  if (usable.length === 0) return { level: 'unknown', stale: known.length > 0 }
  let weights = 0
  let weighted = 0
  let flow: number | undefined
  let occupancy: number | undefined
  for (const { entity, values } of usable) {
    const { intensity, averageVehicleSpeed, occupancy: occupied } = values
    const period = periodOf(entity)
    if (typeof intensity === 'number' && period) flow = (flow ?? 0) + (intensity * 3_600) / period
    if (typeof occupied === 'number') occupancy = Math.max(occupancy ?? 0, occupied)
    if (typeof averageVehicleSpeed !== 'number' || intensity === 0) continue
    const weight = typeof intensity === 'number' ? intensity : 1
    weights += weight
    weighted += weight * averageVehicleSpeed
  }
  const speed = weights > 0 ? weighted / weights : undefined
  const level =
    speed !== undefined
      ? levelOfSpeed(speed, freeFlowSpeed)
      : occupancy !== undefined
        ? levelOfOccupancy(occupancy)
        : flow === 0
          ? 'free'
          : 'unknown'
  return { level, stale: false, ...(speed === undefined ? {} : { speed }), ...(flow === undefined ? {} : { flow }) }
}

/** Seconds that a link of this length takes longer than at free flow. */
export function delayOf(lengthMetres: number, speed: number, freeFlowSpeed: number): number {
  // A standing queue moves up now and then: below 2 km/h the speed says nothing about how long it will take.
  return Math.max(0, (lengthMetres * 3.6) / Math.max(2, speed) - (lengthMetres * 3.6) / freeFlowSpeed)
}

/** Metres along a line of [longitude, latitude], good enough below a hundred kilometres. */
export function lengthOf(line: readonly (readonly [number, number])[]): number {
  let metres = 0
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1], line[i]]
    if (!a || !b) continue
    const x = (b[0] - a[0]) * Math.cos(((a[1] + b[1]) * Math.PI) / 360)
    metres += Math.hypot(x, b[1] - a[1]) * 111_320
  }
  return metres
}
