import type { Position } from './distance.ts'

/** What the browser says of itself: `navigator` fits. */
export type Device = { userAgent: string; maxTouchPoints: number }

/** A link that opens the phone's own navigation: `geo:` on Android, Apple's maps on iOS, OpenStreetMap's directions elsewhere. */
export function navigationLink([longitude, latitude]: Position, name: string, device: Device): string {
  const point = `${latitude.toFixed(6)},${longitude.toFixed(6)}`
  if (/Android/i.test(device.userAgent)) return `geo:${point}?q=${point}(${encodeURIComponent(name)})`
  // An iPad calls itself a Macintosh; no Macintosh has a touch screen.
  const apple = /iPhone|iPad|iPod/i.test(device.userAgent)
  if (apple || (/Macintosh/i.test(device.userAgent) && device.maxTouchPoints > 1)) {
    return `https://maps.apple.com/?daddr=${point}&q=${encodeURIComponent(name)}`
  }
  return `https://www.openstreetmap.org/directions?to=${point}`
}
