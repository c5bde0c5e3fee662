import type { Language } from '@city-brain/model'

export type Position = readonly [longitude: number, latitude: number]

const earthRadius = 6_371_000
/** Metres a minute: an unhurried walk. */
const walkingPace = 80
/** Streets are longer than the straight line; a factor that city planners use. */
const detour = 1.3

/** Metres between two places along the great circle (haversine). */
export function distanceBetween(a: Position, b: Position): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const dLatitude = radians(b[1] - a[1])
  const dLongitude = radians(b[0] - a[0])
  const h =
    Math.sin(dLatitude / 2) ** 2 + Math.cos(radians(a[1])) * Math.cos(radians(b[1])) * Math.sin(dLongitude / 2) ** 2
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** Minutes on foot for a straight line of so many metres, at least 1. */
export function minutesOnFoot(metres: number): number {
  return Math.max(1, Math.round((metres * detour) / walkingPace))
}

const units: Record<Language, { metres: string; kilometres: string }> = {
  en: { metres: 'm', kilometres: 'km' },
  zh: { metres: '米', kilometres: '公里' }
}

/** `350 m`, `1.4 km`, `12 km`; `350 米`, `1.4 公里`. */
export function formatDistance(metres: number, language: Language): string {
  const unit = units[language]
  if (metres < 995) return `${Math.round(metres / 10) * 10} ${unit.metres}`
  return `${metres < 9_950 ? (metres / 1_000).toFixed(1) : Math.round(metres / 1_000)} ${unit.kilometres}`
}
