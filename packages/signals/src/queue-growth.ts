import type { DetectorReading } from './detector-readings.ts'

/** Metres of road that a standing vehicle takes as a detector sees it: its length, and that of the loop. */
const effectiveVehicleLength = 7
/** Below it vehicles pass the detector freely: a rise in occupancy is then flow, which is counted already. */
const queueOccupancy = 0.3
/** A trend needs so many readings over so many milliseconds. */
const fewestReadings = 3
const shortestSpan = 60_000

/**
 * How fast the queue on one lane grows, veh/h: the slope of occupancy over time (least squares), turned into vehicles
 * by the density that occupancy stands for (occupancy / effective vehicle length) on the road behind the detector.
 * A shrinking queue is 0: its vehicles are counted as they leave.
 * @param storage metres of road that the detector speaks for
 */
export function queueGrowth(readings: readonly DetectorReading[], storage: number): number {
  const points = readings.flatMap(({ observed, occupancy }) =>
    occupancy === undefined ? [] : [{ observed, occupancy }]
  )
  const first = points[0]
  const last = points.at(-1)
  if (!first || !last || points.length < fewestReadings || last.observed - first.observed < shortestSpan) return 0
  if (last.occupancy < queueOccupancy) return 0
  const hours = points.map(({ observed }) => (observed - first.observed) / 3_600_000)
  const meanTime = mean(hours)
  const meanOccupancy = mean(points.map(({ occupancy }) => occupancy))
  let covariance = 0
  let variance = 0
  points.forEach(({ occupancy }, index) => {
    const fromMean = (hours[index] ?? 0) - meanTime
    covariance += fromMean * (occupancy - meanOccupancy)
    variance += fromMean * fromMean
  })
  if (variance === 0) return 0
  return Math.max(0, (covariance / variance / effectiveVehicleLength) * storage)
}

const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length
