import type { Position } from './distance.ts'

/** A link that opens the phone's own navigation: `geo:` on Android, Apple's maps on iOS, OpenStreetMap's directions elsewhere. */
export function navigationLink([longitude, latitude]: Position, name: string, userAgent: string): string {
  const point = `${latitude.toFixed(6)},${longitude.toFixed(6)}`
  if (/Android/i.test(userAgent)) return `geo:${point}?q=${point}(${encodeURIComponent(name)})`
  if (/iPhone|iPad|iPod/i.test(userAgent)) return `https://maps.apple.com/?daddr=${point}&q=${encodeURIComponent(name)}`
  return `https://www.openstreetmap.org/directions?to=${point}`
}
