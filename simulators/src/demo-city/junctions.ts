import type { Name } from './name.ts'
import type { PlannedDistrict } from './plan-places.ts'
import type { PlannedRoad } from './plan-roads.ts'
import { along, at, type Line, lengthOf, type Point } from './plane.ts'
import type { Projection } from './projection.ts'
import type { RoadEdge, RoadNode } from './road-graph.ts'
import type { Town } from './town.ts'

export const compass = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'] as const
export type Compass = (typeof compass)[number]
export const compassZh: Record<Compass, string> = {
  N: '北',
  NE: '东北',
  E: '东',
  SE: '东南',
  S: '南',
  SW: '西南',
  W: '西',
  NW: '西北'
}

/** One direction of a road between two junctions, or between a junction and the edge of the city. */
export type Link = {
  id: string
  from?: Junction
  to?: Junction
  /** Axis of the road, in driving direction, on the bent ground. Traffic drives on the right of it. */
  line: Line
  length: number
  road: PlannedRoad
  name: Name
  district: PlannedDistrict
}
/** An arm of a junction: `entry` brings its vehicles in. */
export type Leg = { approach: Compass; bearing: number; entry: Link; exit: Link }
export type Junction = { id: string; node: RoadNode; point: Point; name: Name; district: PlannedDistrict; legs: Leg[] }

/** Junctions are where at least three arms meet; they are numbered from north to south. */
export function junctionsOf(town: Town, projection: Projection): { junctions: Junction[]; links: Link[] } {
  const arms = (node: RoadNode) => node.edges.filter((edge) => edge.road.road)
  const places = town.nodes
    .filter((node) => arms(node).length >= 3 && node.edges.every((edge) => edge.road.road))
    .sort((a, b) => b.point[1] - a.point[1] || a.point[0] - b.point[0])
  const junctions = places.map<Junction>((node, i) => ({
    id: `int-${String(i + 1).padStart(2, '0')}`,
    node,
    point: projection.ground(node.point),
    name: { en: '', zh: '' },
    district: town.districtAt(node.point),
    legs: []
  }))
  const byNode = new Map(junctions.map((junction) => [junction.node, junction]))
  nameJunctions(junctions)
  const links: Link[] = []
  const number = (junction: Junction) => junction.id.slice(4)
  const used = new Set<string>()
  for (const edge of town.edges) {
    const { road } = edge.road
    if (!road) continue
    const [a, b] = [byNode.get(edge.from), byNode.get(edge.to)]
    if (!a && !b) continue
    const ground = edge.line.map((point) => projection.ground(point))
    const make = (from: Junction | undefined, to: Junction | undefined, line: Line): Link => {
      const place = to ?? from
      let id =
        from && to
          ? `link-${number(from)}-${number(to)}`
          : to
            ? `link-in-${number(to)}`
            : `link-out-${from ? number(from) : ''}`
      for (const base = id; used.has(id); ) id = `${base}-${road.id}`
      used.add(id)
      const way = nearestCompass(bearingOf(at(line, 0), at(line, line.length - 1)))
      const name = { en: `${road.name.en}, ${bounds[way].en}`, zh: `${road.name.zh} ${bounds[way].zh}` }
      const middle = at(edge.line, Math.floor(edge.line.length / 2))
      return {
        id,
        from,
        to,
        line,
        length: lengthOf(line),
        road,
        name,
        district: place?.district ?? town.districtAt(middle)
      }
    }
    const forward = make(a, b, ground)
    const backward = make(b, a, [...ground].reverse())
    links.push(forward, backward)
    if (a) a.legs.push(leg(backward, forward))
    if (b) b.legs.push(leg(forward, backward))
  }
  for (const junction of junctions) settleApproaches(junction)
  return { junctions, links }
}

const bounds: Record<Compass, Name> = {
  N: { en: 'northbound', zh: '北行' },
  NE: { en: 'north-eastbound', zh: '东北行' },
  E: { en: 'eastbound', zh: '东行' },
  SE: { en: 'south-eastbound', zh: '东南行' },
  S: { en: 'southbound', zh: '南行' },
  SW: { en: 'south-westbound', zh: '西南行' },
  W: { en: 'westbound', zh: '西行' },
  NW: { en: 'north-westbound', zh: '西北行' }
}

/** Degrees clockwise from north. */
export function bearingOf(from: Point, to: Point): number {
  return ((Math.atan2(to[0] - from[0], to[1] - from[1]) * 180) / Math.PI + 360) % 360
}

export function nearestCompass(bearing: number): Compass {
  return compass[Math.round(bearing / 45) % 8] ?? 'N'
}

function leg(entry: Link, exit: Link): Leg {
  const bearing = bearingOf(at(exit.line, 0), along(exit.line, Math.min(60, exit.length / 2)).point)
  return { approach: nearestCompass(bearing), bearing, entry, exit }
}

/** Two arms of one junction never bear the same letter: the one that fits worse takes the next. */
function settleApproaches(junction: Junction): void {
  junction.legs.sort((a, b) => a.bearing - b.bearing)
  const off = (leg: Leg) => Math.abs(((leg.bearing - compass.indexOf(leg.approach) * 45 + 540) % 360) - 180)
  for (let round = 0; round < 8; round++) {
    const double = junction.legs.find((a) =>
      junction.legs.some((b) => b !== a && b.approach === a.approach && off(b) <= off(a))
    )
    if (!double) return
    const turn = ((double.bearing - compass.indexOf(double.approach) * 45 + 540) % 360) - 180 >= 0 ? 1 : 7
    double.approach = compass[(compass.indexOf(double.approach) + turn) % 8] ?? 'N'
  }
}

/** "Jiefang Road / Ring Road"; where the same two roads cross twice, with the side of the city. */
function nameJunctions(junctions: readonly Junction[]): void {
  const weight = { trunk: 0, primary: 1, secondary: 2, tertiary: 3 }
  const roadsOf = (node: RoadNode) => {
    const roads = [...new Set(node.edges.flatMap((edge: RoadEdge) => (edge.road.road ? [edge.road.road] : [])))]
    return roads.sort((a, b) => weight[a.class] - weight[b.class] || (a.id < b.id ? -1 : 1)).slice(0, 2)
  }
  const text = (junction: Junction, language: 'en' | 'zh') =>
    roadsOf(junction.node)
      .map((road) => road.name[language])
      .join(' / ')
  for (const junction of junctions) {
    const name = { en: text(junction, 'en'), zh: text(junction, 'zh') }
    const twins = junctions.filter((other) => text(other, 'en') === name.en)
    if (twins.length > 1) {
      const middle: Point = [
        twins.reduce((sum, twin) => sum + twin.node.point[0], 0) / twins.length,
        twins.reduce((sum, twin) => sum + twin.node.point[1], 0) / twins.length
      ]
      const [dx, dy] = [junction.node.point[0] - middle[0], junction.node.point[1] - middle[1]]
      const side: Compass = Math.abs(dx) > Math.abs(dy) ? (dx > 0 ? 'E' : 'W') : dy > 0 ? 'N' : 'S'
      const sideEn = { N: 'north', S: 'south', E: 'east', W: 'west' }[side]
      name.en += ` (${sideEn})`
      name.zh += `（${compassZh[side]}）`
    }
    junction.name = name
  }
}
