/** Web Mercator on a world 512 pixels wide at zoom 0, as MapLibre counts it. */
export function worldX(longitude: number): number {
  return ((longitude + 180) / 360) * 512
}
export function worldY(latitude: number): number {
  const sine = Math.sin((latitude * Math.PI) / 180)
  return (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 512
}
export function longitudeOf(x: number): number {
  return (x / 512) * 360 - 180
}
export function latitudeOf(y: number): number {
  return (Math.atan(Math.exp((0.5 - y / 512) * 2 * Math.PI)) * 360) / Math.PI - 90
}
