/** How far beyond the calibrated range a distance may lie, as a share of that range, and still tell empty or full. */
export const calibrationTolerance = 0.1

/** Distances that the sensor of a container measures when it is empty and when it is full, cm; empty is the greater. */
export type SensorCalibration = { distanceEmpty: number; distanceFull: number }

/**
 * The filling level (0 to 1) that a measured distance means in a calibrated container. Contents lie uneven and sink, so
 * that up to a tenth of the range beyond either end is still empty or full. Further away the sensor sees something else (a
 * lid, a wall, dirt): undefined, no level at all rather than one that is made up.
 */
export function calibrate(distance: number, { distanceEmpty, distanceFull }: SensorCalibration): number | undefined {
  const level = (distanceEmpty - distance) / (distanceEmpty - distanceFull)
  if (!(level >= -calibrationTolerance && level <= 1 + calibrationTolerance)) return undefined
  // Four digits: a tenth of a millimetre of a metre, more than any such sensor knows.
  return Math.round(Math.min(1, Math.max(0, level)) * 10_000) / 10_000
}
