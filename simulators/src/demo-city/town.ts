import type { Random } from '../random.ts'
import { curve } from './curve.ts'
import { halfWidthAt, type Land } from './land.ts'
import type { Name } from './name.ts'
import { limit } from './plan-land.ts'
import { districts, type PlannedDistrict } from './plan-places.ts'
import { type PlannedRoad, quays, roads } from './plan-roads.ts'
import {
  along,
  at,
  beside,
  centroid,
  distance,
  isInside,
  isNear,
  type Line,
  lengthOf,
  type Point,
  type Ring,
  signedArea
} from './plane.ts'
import { createRoadGraph, type GraphRoad, type RoadEdge, type RoadNode, trimStubs } from './road-graph.ts'
import { type Face, facesOf, inset, subdivide } from './street-blocks.ts'

export type Street = { line: Line; district: PlannedDistrict; name?: Name; label: boolean }
export type Block = { ring: Ring; district: PlannedDistrict; green: boolean }
export type Town = {
  nodes: RoadNode[]
  edges: RoadEdge[]
  roads: { road: PlannedRoad; line: Line }[]
  streets: Street[]
  blocks: Block[]
  /** Land between the roads along the river: its green banks. */
  banks: Ring[]
  outlines: { district: PlannedDistrict; rings: Ring[] }[]
  districtAt(point: Point): PlannedDistrict
}

/** Roads to graph, graph to faces, faces to streets and blocks, faces to districts. */
export function createTown(land: Land, random: Random): Town {
  const planned: PlannedRoad[] = [...roads, ...quays.map((quay) => quayRoad(quay, land.riverAxis))]
  const graphRoads: GraphRoad[] = [
    ...planned.map((road) => ({
      id: road.id,
      line: road.id.endsWith('bank') ? road.points : curve(road.points, road.closed),
      closed: road.closed ?? false,
      road
    })),
    { id: 'limit', line: curve(limit, true), closed: true }
  ]
  const graph = createRoadGraph(graphRoads)
  const faces = facesOf(graph.edges)
  // Beyond the ring the town thins out: it follows the roads, and less so the farther out.
  const arterials = graphRoads.filter((entry) => entry.road).map((entry) => entry.line)
  const isTown = (point: Point) => {
    const out = Math.hypot(point[0], point[1] * 1.12) - 3_500
    return out < 0 || arterials.some((line) => isNear(point, line, 620 - out * 0.36))
  }
  const streets: Street[] = []
  const blocks: Block[] = []
  const banks: Ring[] = []
  const byDistrict = new Map<PlannedDistrict, Face[]>()
  for (const face of faces) {
    if (land.riverAxis.some((point) => isInside(point, face.ring))) {
      banks.push(face.ring)
      continue
    }
    const district = nearestDistrict(centroid(face.ring))
    byDistrict.set(district, [...(byDistrict.get(district) ?? []), face])
    const cuts: Line[] = []
    const pieces: Ring[] = []
    const outskirts = Math.hypot(...centroid(face.ring)) > 3_700 ? 1.7 : 1
    subdivide(face.ring, district.block * outskirts, random, cuts, pieces)
    for (const line of cuts) {
      for (const part of builtParts(
        line,
        (point) => !land.isWater(point, 20) && !land.isPark(point) && isTown(point)
      )) {
        streets.push({ line: part, district, label: false })
      }
    }
    for (const piece of pieces) {
      const ring = inset(piece, district.use === 'oldtown' ? 7 : 11)
      if (!ring || ring.some((point) => land.isWater(point, 15)) || isGreen(ring, land)) continue
      if (!isTown(centroid(ring))) continue
      blocks.push({ ring, district, green: random.next() < 0.045 && Math.abs(signedArea(ring)) < 60_000 })
    }
  }
  return {
    nodes: graph.nodes,
    edges: graph.edges,
    roads: graphRoads.flatMap((entry) => (entry.road ? [{ road: entry.road, line: trimStubs(entry, graph) }] : [])),
    streets,
    blocks,
    banks,
    outlines: [...byDistrict].map(([district, members]) => ({ district, rings: outlineOf(members) })),
    districtAt: nearestDistrict
  }
}

function quayRoad(quay: (typeof quays)[number], axis: Line): PlannedRoad {
  const part = axis.filter(([x]) => x > quay.from && x < quay.to)
  const points = beside(part, (i) => quay.side * (halfWidthAt(at(part, i)) + 155))
  return { id: quay.id, name: quay.name, class: 'secondary', lanes: 2, speed: 50, points }
}

function nearestDistrict(point: Point): PlannedDistrict {
  const best = districts.reduce((a, b) => (weighted(point, b) < weighted(point, a) ? b : a))
  return best
}

/** The old town is small and dense: it ends at its wall. */
function weighted(point: Point, district: PlannedDistrict): number {
  return distance(point, district.seed) * (district.use === 'oldtown' ? 1.35 : 1)
}

function isGreen(ring: Ring, land: Land): boolean {
  return land.isPark(centroid(ring)) || ring.filter((point) => land.isPark(point)).length > ring.length / 3
}

/** The parts of a street for which a test holds, at least 40 m long, with a point every 60 m or so. */
function builtParts(line: Line, isBuilt: (point: Point) => boolean): Line[] {
  const total = lengthOf(line)
  const steps = Math.max(2, Math.ceil(total / 20))
  const runs: Point[][] = [[]]
  for (let i = 0; i <= steps; i++) {
    const { point } = along(line, (total * i) / steps)
    if (isBuilt(point)) runs.at(-1)?.push(point)
    else runs.push([])
  }
  return runs.filter((run) => run.length > 2).map((run) => run.filter((_, i) => i % 3 === 0 || i === run.length - 1))
}

/** The border of joined faces: the half edges whose other side is not among them, chained. */
function outlineOf(faces: readonly Face[]): Ring[] {
  const sides = new Map<RoadEdge, number>()
  for (const face of faces) for (const half of face.edges) sides.set(half.edge, (sides.get(half.edge) ?? 0) + 1)
  const border = faces.flatMap((face) => face.edges.filter((half) => sides.get(half.edge) === 1))
  const rings: Ring[] = []
  const left = new Set(border)
  while (left.size > 0) {
    const [first] = left
    if (!first) break
    const ring: Point[] = []
    let half: (typeof border)[number] | undefined = first
    while (half && left.has(half)) {
      left.delete(half)
      const line: Line = half.forward ? half.edge.line : [...half.edge.line].reverse()
      ring.push(...line.slice(0, -1))
      const end: RoadNode = half.forward ? half.edge.to : half.edge.from
      half = [...left].find((next) => (next.forward ? next.edge.from : next.edge.to) === end)
    }
    if (signedArea(ring) > 100_000) rings.push(ring)
  }
  return rings
}
