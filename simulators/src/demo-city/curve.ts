import type { Random } from '../random.ts'
import { at, distance, type Line, type Point } from './plane.ts'

/** A smooth curve through all points (centripetal enough for roads: uniform Catmull-Rom), sampled about every `step` metres. */
export function curve(points: Line, closed = false, step = 50): Point[] {
  const spans = closed ? points.length : points.length - 1
  const control = (i: number) => (closed ? at(points, i) : at(points, Math.max(0, Math.min(points.length - 1, i))))
  const result: Point[] = []
  for (let i = 0; i < spans; i++) {
    const [p0, p1, p2, p3] = [control(i - 1), control(i), control(i + 1), control(i + 2)]
    const samples = Math.max(2, Math.round(distance(p1, p2) / step))
    for (let k = 0; k < samples; k++) {
      const t = k / samples
      const axis = (n: 0 | 1) =>
        0.5 *
        (2 * p1[n] +
          (p2[n] - p0[n]) * t +
          (2 * p0[n] - 5 * p1[n] + 4 * p2[n] - p3[n]) * t * t +
          (3 * p1[n] - p0[n] - 3 * p2[n] + p3[n]) * t * t * t)
      result.push([axis(0), axis(1)])
    }
  }
  if (!closed) result.push(at(points, points.length - 1))
  return result
}

/** A closed natural outline around a centre: an ellipse whose radius wanders. */
export function blob(
  centre: Point,
  width: number,
  height: number,
  random: Random,
  roughness = 0.16,
  turn = 0
): Point[] {
  const waves = [2, 3, 5].map((frequency) => ({
    frequency,
    phase: random.between(0, 2 * Math.PI),
    size: (random.between(0.5, 1) * roughness * 2) / frequency
  }))
  const points: Point[] = []
  for (let i = 0; i < 40; i++) {
    const angle = (i / 40) * 2 * Math.PI
    const radius = 1 + waves.reduce((sum, wave) => sum + wave.size * Math.sin(wave.frequency * angle + wave.phase), 0)
    const x = (Math.cos(angle) * radius * width) / 2
    const y = (Math.sin(angle) * radius * height) / 2
    points.push([
      centre[0] + x * Math.cos(turn) - y * Math.sin(turn),
      centre[1] + x * Math.sin(turn) + y * Math.cos(turn)
    ])
  }
  return points
}
