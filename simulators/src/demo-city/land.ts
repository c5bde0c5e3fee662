import type { Random } from '../random.ts'
import { blob, curve } from './curve.ts'
import type { Name } from './name.ts'
import { coast, docks, parks, river } from './plan-land.ts'
import { at, beside, isInside, isNear, type Line, type Point, type Ring } from './plane.ts'

/** Water and parks: what streets and houses keep away from. */
export type Land = {
  riverAxis: Line
  river: Ring
  bay: Ring
  docks: Ring[]
  lakes: { ring: Ring; name: Name }[]
  parks: { ring: Ring; name: Name }[]
  isWater(point: Point, margin?: number): boolean
  isPark(point: Point): boolean
}

export function createLand(random: Random): Land {
  const riverAxis = curve(
    river.map(([x, y]) => [x, y]),
    false,
    70
  )
  const halfWidths = riverAxis.map((point) => halfWidthAt(point))
  const banks = (side: 1 | -1) => beside(riverAxis, (i) => side * (halfWidths[i] ?? 0))
  const shore = curve(coast, false, 120)
  const bay: Ring = [...shore, [16_000, -9_000], [16_000, 9_000]]
  const basins = docks.map(([x, y, length, width, turn]) => box([x, y], length, width, (turn * Math.PI) / 180))
  const parkRings = parks.map((park) => ({
    name: park.name,
    ring: blob(park.centre, park.width, park.height, random, 0.14, park.turn)
  }))
  const lakes = parks
    .filter((park) => park.lake)
    .map((park) => ({
      name: park.name,
      ring: blob(
        [park.centre[0] - 20, park.centre[1] + 10],
        park.width * 0.62,
        park.height * 0.5,
        random,
        0.2,
        park.turn
      )
    }))
  const isWater = (point: Point, margin = 0) => {
    if (isNear(point, riverAxis, halfWidthAt(point) + margin)) return true
    if (isInside(point, bay) || (margin > 0 && isNear(point, shore, margin))) return true
    return [...basins, ...lakes.map((lake) => lake.ring)].some(
      (ring) => isInside(point, ring) || (margin > 0 && isNear(point, [...ring, at(ring, 0)], margin))
    )
  }
  return {
    riverAxis,
    river: [...banks(1), ...banks(-1).reverse()],
    bay,
    docks: basins,
    lakes,
    parks: parkRings,
    isWater,
    isPark: (point) => parkRings.some((park) => isInside(point, park.ring))
  }
}

/** Half the river's width at the place nearest to a point: between the widths of the plan's two nearest stations. */
export function halfWidthAt(point: Point): number {
  for (let i = 1; i < river.length; i++) {
    const [x0, , w0] = river[i - 1] ?? [0, 0, 0]
    const [x1, , w1] = river[i] ?? [0, 0, 0]
    if (point[0] <= x1 || i === river.length - 1)
      return w0 + (w1 - w0) * Math.max(0, Math.min(1, (point[0] - x0) / (x1 - x0)))
  }
  return 0
}

function box(centre: Point, length: number, width: number, turn: number): Point[] {
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  return (
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1]
    ] as const
  ).map(([u, v]) => [
    centre[0] + (u * length * cos) / 2 - (v * width * sin) / 2,
    centre[1] + (u * length * sin) / 2 + (v * width * cos) / 2
  ])
}
