import type { Position } from '@city-brain/model'

const earthRadius = 6_371
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Along the great circle (haversine), kilometres. */
export function distanceKilometres([longitudeA, latitudeA]: Position, [longitudeB, latitudeB]: Position): number {
  const latitude = Math.sin(radians(latitudeB - latitudeA) / 2) ** 2
  const longitude = Math.sin(radians(longitudeB - longitudeA) / 2) ** 2
  const chord = latitude + Math.cos(radians(latitudeA)) * Math.cos(radians(latitudeB)) * longitude
  return 2 * earthRadius * Math.asin(Math.sqrt(Math.min(1, chord)))
}
