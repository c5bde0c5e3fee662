import type { Asset, Intersection, Phase } from '@city-brain/model'

/** The phase that lets a lane group go. */
export type Signal = { intersection: string; phase: number }

/** Vehicles that wait at a stop line for the same green. */
export type LaneGroup = {
  link: Link
  /** Absent where no signal rules: it then always has right of way. */
  signal?: Signal
  lanes: number
  /** veh/h of all its lanes. */
  saturationFlow: number
  /** Where its vehicles go; shares add up to 1. */
  turns: { to: Link; share: number }[]
  /** Share of the link's vehicles that queue in it. */
  share: number
}

/** One direction of a road, with the stop line at its end. */
export type Link = {
  id: string
  index: number
  /** Metres. */
  length: number
  lanes: number
  /** m/s. */
  freeSpeed: number
  /** It begins, or ends, at the edge of the city. */
  isEntry: boolean
  isExit: boolean
  to?: string
  roadClass: string
  groups: LaneGroup[]
  /** Vehicles that find room on it. */
  storage: number
  /** Bearings at its begin and end, degrees clockwise from north. */
  bearings: { begin: number; end: number }
}

/** Metres of lane that a queued vehicle takes. */
export const vehicleSpacing = 7
const defaultSaturation = 1_800

/** Links, lane groups and turning shares from the city's road segments, detectors and intersections. */
export function createRoadNetwork(assets: readonly Asset[], intersections: readonly Intersection[]): Link[] {
  const links = assets.flatMap(({ id, geometry, properties }): Link[] => {
    if (properties.kind !== 'roadSegment' || geometry?.type !== 'LineString') return []
    const { length, begin, end } = measure(geometry.coordinates)
    return [
      {
        id,
        index: 0,
        length,
        lanes: properties.lanes,
        freeSpeed: properties.freeFlowSpeed / 3.6,
        isEntry: properties.from === undefined,
        isExit: properties.to === undefined,
        to: properties.to,
        roadClass: properties.roadClass,
        groups: [],
        storage: Math.max(4, Math.floor((length * properties.lanes) / vehicleSpacing)),
        bearings: { begin, end }
      }
    ]
  })
  links.forEach((link, i) => {
    link.index = i
  })
  const fromOf = new Map(
    assets.map((asset) => [asset.id, asset.properties.kind === 'roadSegment' ? asset.properties.from : undefined])
  )
  const phasesOf = phasesByLink(assets, intersections)
  for (const link of links) {
    const exits = links.filter(
      (other) => link.to !== undefined && fromOf.get(other.id) === link.to && !isUTurn(link, other)
    )
    link.groups = groupsOf(link, exits, phasesOf.get(link.id) ?? [])
  }
  return links
}

/** Which phases of its intersection let a link's vehicles go: those whose detectors lie on it. */
function phasesByLink(
  assets: readonly Asset[],
  intersections: readonly Intersection[]
): Map<string, { intersection: string; phase: Phase }[]> {
  const linkOf = new Map(
    assets.map(({ id, properties }) => [id, properties.kind === 'detector' ? properties.refRoadSegment : undefined])
  )
  const result = new Map<string, { intersection: string; phase: Phase }[]>()
  for (const { intersection, phases } of intersections) {
    for (const phase of phases.filter((entry) => entry.kind !== 'pedestrian')) {
      for (const link of new Set(phase.detectors.map((id) => linkOf.get(id)))) {
        if (link) result.set(link, [...(result.get(link) ?? []), { intersection, phase }])
      }
    }
  }
  return result
}

function groupsOf(
  link: Link,
  exits: readonly Link[],
  phases: readonly { intersection: string; phase: Phase }[]
): LaneGroup[] {
  const weighted = exits.map((to) => ({ to, turn: turnOf(link, to), weight: turnWeight(turnOf(link, to)) * to.lanes }))
  const group = (
    turns: typeof weighted,
    lanes: number,
    saturationFlow: number,
    signal?: LaneGroup['signal']
  ): LaneGroup => {
    const sum = turns.reduce((total, { weight }) => total + weight, 0)
    const all = weighted.reduce((total, { weight }) => total + weight, 0)
    return {
      link,
      signal,
      lanes,
      saturationFlow,
      turns: turns.map(({ to, weight }) => ({ to, share: sum > 0 ? weight / sum : 0 })),
      share: all > 0 ? sum / all : 1
    }
  }
  // NTCIP 1202: where an approach has two phases, the odd one is its left turn.
  const left = phases.find(({ phase }) => phase.id % 2 === 1)
  const rest = phases.find(({ phase }) => phase.id % 2 === 0) ?? phases[0]
  if (!rest) return [group(weighted, link.lanes, link.lanes * defaultSaturation)]
  const lefts = weighted.filter(({ turn }) => turn < -35)
  const signalOf = (entry: typeof rest) => ({ intersection: entry.intersection, phase: entry.phase.id })
  if (!left || left === rest || lefts.length === 0 || lefts.length === weighted.length) {
    return [group(weighted, rest.phase.lanes, rest.phase.saturationFlow, signalOf(rest))]
  }
  const others = weighted.filter(({ turn }) => turn >= -35)
  return [
    group(others, rest.phase.lanes, rest.phase.saturationFlow, signalOf(rest)),
    group(lefts, left.phase.lanes, left.phase.saturationFlow, signalOf(left))
  ]
}

/** Degrees that a vehicle turns to the right; negative is left. */
function turnOf(link: Link, to: Link): number {
  return ((to.bearings.begin - link.bearings.end + 540) % 360) - 180
}

function isUTurn(link: Link, to: Link): boolean {
  return Math.abs(turnOf(link, to)) > 150
}

function turnWeight(turn: number): number {
  if (Math.abs(turn) <= 35) return 3.2
  return turn > 0 ? 0.9 : 0.75
}

function measure(line: readonly (readonly [number, number])[]): { length: number; begin: number; end: number } {
  let length = 0
  const steps = line.slice(1).map((b, i) => {
    const a = line[i] ?? b
    const north = (b[1] - a[1]) * 111_320
    const east = (b[0] - a[0]) * 111_320 * Math.cos((a[1] * Math.PI) / 180)
    length += Math.hypot(east, north)
    return (Math.atan2(east, north) * 180) / Math.PI
  })
  return { length: Math.max(20, length), begin: steps[0] ?? 0, end: steps.at(-1) ?? 0 }
}
