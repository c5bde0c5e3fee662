import type { PlannedRoad } from './plan-roads.ts'
import { at, between, crossing, distance, type Line, lengthOf, nearest, type Point } from './plane.ts'

export type RoadNode = { point: Point; edges: RoadEdge[] }
export type RoadEdge = { road: GraphRoad; from: RoadNode; to: RoadNode; line: Line }
/** A road of the plan, sampled; `limit` is the city's edge, which closes the outermost blocks but is no road. */
export type GraphRoad = { id: string; line: Line; closed: boolean; road?: PlannedRoad }

const stub = 260
const near = 60

/** The plan's roads as a plane graph: cut wherever two of them cross, stubs dropped, crossings close to each other joined. */
export function createRoadGraph(roads: readonly GraphRoad[]): { nodes: RoadNode[]; edges: RoadEdge[] } {
  const cuts = roads.map(() => [] as number[])
  const crossings: Point[] = []
  for (let i = 0; i < roads.length; i++) {
    for (let j = i + 1; j < roads.length; j++) {
      for (const hit of crossingsOf(openLine(roads[i]), openLine(roads[j]))) {
        cuts[i]?.push(hit.first)
        cuts[j]?.push(hit.second)
        crossings.push(hit.point)
      }
    }
  }
  const places = joinNear(crossings)
  const nodes = places.map<RoadNode>((point) => ({ point, edges: [] }))
  const nodeAt = (point: Point) => {
    const node = nodes.reduce((best, other) =>
      distance(other.point, point) < distance(best.point, point) ? other : best
    )
    return distance(node.point, point) < near * 2 ? node : undefined
  }
  const edges: RoadEdge[] = []
  roads.forEach((road, index) => {
    const line = openLine(road)
    const total = lengthOf(line)
    const stops = [...new Set(cuts[index])].sort((a, b) => a - b)
    const spans = stops.slice(1).map((stop, i) => [stops[i] as number, stop] as const)
    const first = stops[0]
    const last = stops.at(-1)
    if (first !== undefined && last !== undefined && road.closed) spans.push([last, first + total])
    for (const [begin, end] of spans) {
      const part = slice(line, begin, end, total)
      const from = nodeAt(at(part, 0))
      const to = nodeAt(at(part, part.length - 1))
      if (!from || !to || from === to) continue
      const joined = [from.point, ...part.slice(1, -1), to.point]
      const edge = { road, from, to, line: joined }
      edges.push(edge)
      from.edges.push(edge)
      to.edges.push(edge)
    }
  })
  return { nodes: nodes.filter((node) => node.edges.length > 0), edges }
}

/** How far a road's ends stick out beyond its first and last crossing, so that short stubs can be cut off. */
export function trimStubs(road: GraphRoad, graph: { nodes: RoadNode[] }): Line {
  if (road.closed) return [...road.line, at(road.line, 0)]
  const total = lengthOf(road.line)
  const stops = graph.nodes
    .filter((node) => node.edges.some((edge) => edge.road === road))
    .map((node) => nearest(node.point, road.line).along)
  const first = Math.min(...stops)
  const last = Math.max(...stops)
  return slice(road.line, first < stub ? first : 0, total - last < stub ? last : total, total)
}

function openLine(road: GraphRoad | undefined): Line {
  if (!road) return []
  return road.closed ? [...road.line, at(road.line, 0)] : road.line
}

function crossingsOf(a: Line, b: Line): { first: number; second: number; point: Point }[] {
  const result: { first: number; second: number; point: Point }[] = []
  let passedA = 0
  for (let i = 1; i < a.length; i++) {
    const [p, q] = [at(a, i - 1), at(a, i)]
    let passedB = 0
    for (let j = 1; j < b.length; j++) {
      const [r, s] = [at(b, j - 1), at(b, j)]
      const length = distance(r, s)
      const hit = crossing(p, q, r, s)
      if (hit) {
        const point = between(p, q, hit.t)
        if (!result.some((other) => distance(other.point, point) < 1)) {
          result.push({ first: passedA + distance(p, q) * hit.t, second: passedB + length * hit.u, point })
        }
      }
      passedB += length
    }
    passedA += distance(p, q)
  }
  return result
}

function joinNear(points: Point[]): Point[] {
  const groups: Point[][] = []
  for (const point of points) {
    const group = groups.find((members) => members.some((member) => distance(member, point) < near))
    if (group) group.push(point)
    else groups.push([point])
  }
  return groups.map((members) => [
    members.reduce((sum, member) => sum + member[0], 0) / members.length,
    members.reduce((sum, member) => sum + member[1], 0) / members.length
  ])
}

function slice(line: Line, begin: number, end: number, total: number): Point[] {
  const result: Point[] = []
  const rounds = end > total ? 2 : 1
  for (let round = 0; round < rounds; round++) {
    let passed = round * total
    for (let i = 1; i < line.length; i++) {
      const a = at(line, i - 1)
      const b = at(line, i)
      const step = distance(a, b)
      if (begin >= passed && begin < passed + step) result.push(between(a, b, (begin - passed) / step))
      if (passed + step > begin + 5 && passed + step < end - 5) result.push(b)
      if (end > passed && end <= passed + step) {
        result.push(between(a, b, (end - passed) / step))
        return result
      }
      passed += step
    }
  }
  result.push(at(line, line.length - 1))
  return result
}
