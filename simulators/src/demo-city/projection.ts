import type { Random } from '../random.ts'
import type { Line, Point } from './plane.ts'

/** Where the drawing board lies on the globe: an inlet of the East China Sea that no real city needs. */
const origin = { longitude: 122.06, latitude: 29.14 }
const metresPerDegree = 111_320

export type Projection = {
  /** Plane metres after the bending of the ground: what distances are measured in. */
  ground(point: Point): Point
  /** [longitude, latitude] of a point that is on the bent ground already. */
  fromGround(point: Point): [number, number]
  /** [longitude, latitude], rounded. */
  position(point: Point, decimals?: number): [number, number]
  line(points: Line, decimals?: number): [number, number][]
}

/**
 * From the drawing board to the globe. On the way the ground is bent by slow waves that the seed decides, so that no
 * street is quite straight and no two seeds give the same city.
 */
export function createProjection(random: Random): Projection {
  const waves = [
    { length: 5200, size: 110 },
    { length: 2300, size: 42 },
    { length: 900, size: 9 }
  ].flatMap(({ length, size }) =>
    [0, 1].map((axis) => {
      const angle = random.between(0, Math.PI)
      return {
        axis,
        size,
        x: (Math.cos(angle) * 2 * Math.PI) / length,
        y: (Math.sin(angle) * 2 * Math.PI) / length,
        phase: random.between(0, 2 * Math.PI)
      }
    })
  )
  const ground = ([x, y]: Point): Point => {
    let [bentX, bentY] = [x, y]
    for (const wave of waves) {
      const by = wave.size * Math.sin(x * wave.x + y * wave.y + wave.phase)
      if (wave.axis === 0) bentX += by
      else bentY += by
    }
    return [bentX, bentY]
  }
  const toDegrees = ([x, y]: Point, decimals = 6): [number, number] => {
    const shrink = Math.cos((origin.latitude * Math.PI) / 180)
    return [
      Number((origin.longitude + x / (metresPerDegree * shrink)).toFixed(decimals)),
      Number((origin.latitude + y / metresPerDegree).toFixed(decimals))
    ]
  }
  const position = (point: Point, decimals?: number) => toDegrees(ground(point), decimals)
  return {
    ground,
    fromGround: (point) => toDegrees(point),
    position,
    line: (points, decimals) => points.map((point) => position(point, decimals))
  }
}
