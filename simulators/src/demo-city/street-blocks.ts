import type { Random } from '../random.ts'
import { at, between, distance, type Line, type Point, type Ring, signedArea } from './plane.ts'
import type { RoadEdge, RoadNode } from './road-graph.ts'

export type Face = { ring: Ring; edges: { edge: RoadEdge; forward: boolean }[] }

/** The faces of a plane graph: from each half edge, always the next one clockwise. The outer face is left out. */
export function facesOf(edges: readonly RoadEdge[]): Face[] {
  type Half = { edge: RoadEdge; forward: boolean }
  const start = (half: Half) => (half.forward ? half.edge.from : half.edge.to)
  const end = (half: Half) => (half.forward ? half.edge.to : half.edge.from)
  const lineOf = (half: Half) => (half.forward ? half.edge.line : [...half.edge.line].reverse())
  const bearing = (half: Half) => {
    const line = lineOf(half)
    return Math.atan2(at(line, 1)[1] - at(line, 0)[1], at(line, 1)[0] - at(line, 0)[0])
  }
  const around = new Map<RoadNode, Half[]>()
  const halves: Half[] = edges.flatMap((edge) => [
    { edge, forward: true },
    { edge, forward: false }
  ])
  for (const half of halves) around.set(start(half), [...(around.get(start(half)) ?? []), half])
  for (const list of around.values()) list.sort((a, b) => bearing(a) - bearing(b))
  const seen = new Set<Half>()
  const faces: Face[] = []
  for (const first of halves) {
    if (seen.has(first)) continue
    const face: Half[] = []
    for (let half = first; !seen.has(half); ) {
      seen.add(half)
      face.push(half)
      const list = around.get(end(half)) ?? []
      const back = list.findIndex((other) => other.edge === half.edge && other.forward !== half.forward)
      half = list[(back - 1 + list.length) % list.length] ?? half
    }
    const ring = face.flatMap((half) => lineOf(half).slice(0, -1))
    if (signedArea(ring) > 2_000) faces.push({ ring, edges: face })
  }
  return faces
}

/** Cuts a piece of land into blocks, again and again across its longer side, as towns grow: each cut is a street. */
export function subdivide(ring: Ring, area: number, random: Random, streets: Line[], blocks: Ring[]): void {
  const size = Math.abs(signedArea(ring))
  if (size < 900) return
  const box = longestBox(ring)
  if (size < area * random.between(0.75, 1.5) || box.width < Math.sqrt(area) * 0.75) {
    blocks.push(ring)
    return
  }
  const place = random.between(0.4, 0.6)
  const turn = random.between(-0.09, 0.09)
  const axis: Point = [Math.cos(box.angle), Math.sin(box.angle)]
  const through: Point = [
    box.corner[0] + axis[0] * box.length * place - axis[1] * box.width * 0.5,
    box.corner[1] + axis[1] * box.length * place + axis[0] * box.width * 0.5
  ]
  const across: Point = [-Math.sin(box.angle + turn), Math.cos(box.angle + turn)]
  const [left, right, cuts] = split(ring, through, across)
  if (left.length < 3 || right.length < 3) {
    blocks.push(ring)
    return
  }
  streets.push(...cuts)
  subdivide(left, area, random, streets, blocks)
  subdivide(right, area, random, streets, blocks)
}

/** The bounding box along the ring's own longest direction, by trying the direction of each edge. */
function longestBox(ring: Ring): { angle: number; length: number; width: number; corner: Point } {
  let best = {
    angle: 0,
    length: 0,
    width: Number.POSITIVE_INFINITY,
    corner: at(ring, 0),
    area: Number.POSITIVE_INFINITY
  }
  const step = Math.max(1, Math.floor(ring.length / 24))
  for (let i = 0; i < ring.length; i += step) {
    const a = at(ring, i)
    const b = at(ring, i + 1)
    if (distance(a, b) < 8) continue
    const base = Math.atan2(b[1] - a[1], b[0] - a[0])
    const [cos, sin] = [Math.cos(base), Math.sin(base)]
    let [minX, maxX, minY, maxY] = [Infinity, -Infinity, Infinity, -Infinity]
    for (const [x, y] of ring) {
      const u = x * cos + y * sin
      const v = -x * sin + y * cos
      minX = Math.min(minX, u)
      maxX = Math.max(maxX, u)
      minY = Math.min(minY, v)
      maxY = Math.max(maxY, v)
    }
    const area = (maxX - minX) * (maxY - minY)
    if (area >= best.area) continue
    const along = maxX - minX >= maxY - minY
    best = along
      ? {
          angle: base,
          length: maxX - minX,
          width: maxY - minY,
          corner: [minX * cos - minY * sin, minX * sin + minY * cos],
          area
        }
      : {
          angle: base + Math.PI / 2,
          length: maxY - minY,
          width: maxX - minX,
          corner: [maxX * cos - minY * sin, maxX * sin + minY * cos],
          area
        }
  }
  return best
}

function split(ring: Ring, through: Point, direction: Point): [Point[], Point[], Line[]] {
  const side = (p: Point) => (p[0] - through[0]) * direction[1] - (p[1] - through[1]) * direction[0]
  const left: Point[] = []
  const right: Point[] = []
  const hits: { point: Point; t: number }[] = []
  for (let i = 0; i < ring.length; i++) {
    const a = at(ring, i)
    const b = at(ring, i + 1)
    const [sa, sb] = [side(a), side(b)]
    if (sa <= 0) left.push(a)
    else right.push(a)
    if (sa <= 0 !== sb <= 0) {
      const point = between(a, b, sa / (sa - sb))
      left.push(point)
      right.push(point)
      hits.push({ point, t: (point[0] - through[0]) * direction[0] + (point[1] - through[1]) * direction[1] })
    }
  }
  hits.sort((a, b) => a.t - b.t)
  const cuts: Line[] = []
  for (let i = 0; i + 1 < hits.length; i += 2) {
    const [a, b] = [hits[i], hits[i + 1]]
    if (a && b && distance(a.point, b.point) > 12) cuts.push([a.point, b.point])
  }
  return [left, right, cuts]
}

/** A block without the streets around it: each side moved inwards. Undefined where nothing sensible is left. */
export function inset(ring: Ring, by: number): Point[] | undefined {
  const area = signedArea(ring)
  const turn = area > 0 ? 1 : -1
  const clean = ring.filter((point, i) => distance(point, at(ring, i + 1)) > 4)
  if (clean.length < 3) return undefined
  const result: Point[] = []
  for (let i = 0; i < clean.length; i++) {
    const [a, b, c] = [at(clean, i - 1), at(clean, i), at(clean, i + 1)]
    const [d1, d2] = [distance(a, b), distance(b, c)]
    const n1: Point = [(-(b[1] - a[1]) / d1) * turn, ((b[0] - a[0]) / d1) * turn]
    const n2: Point = [(-(c[1] - b[1]) / d2) * turn, ((c[0] - b[0]) / d2) * turn]
    const share = 1 + n1[0] * n2[0] + n1[1] * n2[1]
    // A spike (the seam of a cut through a hollow shape) has no inside.
    if (share < 0.25) continue
    result.push([b[0] + ((n1[0] + n2[0]) / share) * by, b[1] + ((n1[1] + n2[1]) / share) * by])
  }
  const left = signedArea(result) * turn
  return result.length >= 3 && left > Math.abs(area) * 0.25 && left < Math.abs(area) ? result : undefined
}
