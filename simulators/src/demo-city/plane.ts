/** Plane geometry in metres: x to the east, y to the north. */
export type Point = readonly [number, number]
export type Line = readonly Point[]
/** Closed without repeating its first point. */
export type Ring = readonly Point[]

export const distance = (a: Point, b: Point): number => Math.hypot(b[0] - a[0], b[1] - a[1])
export const between = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
/** The i-th point of a line that has one; wraps around in both directions. */
export const at = (points: Line, i: number): Point => {
  const point = points[((i % points.length) + points.length) % points.length]
  if (!point) throw new Error('a line without points')
  return point
}

export function lengthOf(line: Line): number {
  let sum = 0
  for (let i = 1; i < line.length; i++) sum += distance(at(line, i - 1), at(line, i))
  return sum
}

/** The point at a distance along a line, with the direction of travel there (unit vector). */
export function along(line: Line, metres: number): { point: Point; direction: Point } {
  let left = Math.max(0, metres)
  for (let i = 1; i < line.length; i++) {
    const a = at(line, i - 1)
    const b = at(line, i)
    const step = distance(a, b)
    if (step > 0 && (left <= step || i === line.length - 1)) {
      const direction: Point = [(b[0] - a[0]) / step, (b[1] - a[1]) / step]
      return { point: between(a, b, Math.min(1, left / step)), direction }
    }
    left -= step
  }
  return { point: at(line, 0), direction: [1, 0] }
}

/** The part of a line between two distances along it. */
export function cut(line: Line, from: number, to: number): Point[] {
  const result: Point[] = [along(line, from).point]
  let passed = 0
  for (let i = 1; i < line.length - 1; i++) {
    passed += distance(at(line, i - 1), at(line, i))
    if (passed > from + 0.5 && passed < to - 0.5) result.push(at(line, i))
  }
  result.push(along(line, to).point)
  return result
}

/** Where two segments cross: the shares along each, or undefined. */
export function crossing(a: Point, b: Point, c: Point, d: Point): { t: number; u: number } | undefined {
  const rx = b[0] - a[0]
  const ry = b[1] - a[1]
  const sx = d[0] - c[0]
  const sy = d[1] - c[1]
  const denominator = rx * sy - ry * sx
  if (Math.abs(denominator) < 1e-9) return undefined
  const t = ((c[0] - a[0]) * sy - (c[1] - a[1]) * sx) / denominator
  const u = ((c[0] - a[0]) * ry - (c[1] - a[1]) * rx) / denominator
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? { t, u } : undefined
}

export function isInside([x, y]: Point, ring: Ring): boolean {
  let inside = false
  let before = at(ring, ring.length - 1)
  for (const point of ring) {
    if (point[1] > y !== before[1] > y) {
      const share = (y - point[1]) / (before[1] - point[1])
      if (x < (before[0] - point[0]) * share + point[0]) inside = !inside
    }
    before = point
  }
  return inside
}

/** Whether a point is nearer to a line than so many metres. Segments that are out of reach cost four comparisons. */
export function isNear(point: Point, line: Line, metres: number): boolean {
  const [x, y] = point
  let before: Point | undefined
  for (const next of line) {
    const a = before
    before = next
    if (!a) continue
    if (x < Math.min(a[0], next[0]) - metres || x > Math.max(a[0], next[0]) + metres) continue
    if (y < Math.min(a[1], next[1]) - metres || y > Math.max(a[1], next[1]) + metres) continue
    if (nearest(point, [a, next]).away < metres) return true
  }
  return false
}

/** Positive where the ring runs counter-clockwise. */
export function signedArea(ring: Ring): number {
  let sum = 0
  for (let i = 0; i < ring.length; i++) {
    const a = at(ring, i)
    const b = at(ring, i + 1)
    sum += a[0] * b[1] - b[0] * a[1]
  }
  return sum / 2
}

export function centroid(ring: Ring): Point {
  let x = 0
  let y = 0
  let sum = 0
  for (let i = 0; i < ring.length; i++) {
    const a = at(ring, i)
    const b = at(ring, i + 1)
    const weight = a[0] * b[1] - b[0] * a[1]
    x += (a[0] + b[0]) * weight
    y += (a[1] + b[1]) * weight
    sum += weight
  }
  return sum === 0 ? at(ring, 0) : [x / (3 * sum), y / (3 * sum)]
}

/** Distance from a point to a line, and how far along it the nearest place is. */
export function nearest(point: Point, line: Line): { away: number; along: number } {
  let best = { away: Number.POSITIVE_INFINITY, along: 0 }
  let passed = 0
  for (let i = 1; i < line.length; i++) {
    const a = at(line, i - 1)
    const b = at(line, i)
    const step = distance(a, b)
    const dot = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])
    const t = step === 0 ? 0 : Math.max(0, Math.min(1, dot / (step * step)))
    const away = distance(point, between(a, b, t))
    if (away < best.away) best = { away, along: passed + step * t }
    passed += step
  }
  return best
}

/** A line moved to its right by so many metres (a function of the distance along it where it varies). */
export function beside(line: Line, right: number | ((index: number) => number)): Point[] {
  return line.map((point, i) => {
    const before = at(line, Math.max(0, i - 1))
    const after = at(line, Math.min(line.length - 1, i + 1))
    const step = distance(before, after) || 1
    const by = typeof right === 'number' ? right : right(i)
    return [point[0] + ((after[1] - before[1]) / step) * by, point[1] - ((after[0] - before[0]) / step) * by]
  })
}
