import type { Intersection, Phase } from '@city-brain/model'
import type { Random } from '../random.ts'
import { type Compass, compassZh, type Junction, type Leg } from './junctions.ts'

/** An approach as its detectors must know it: which lanes belong to which phase. Lane 1 is next to the middle of the road. */
export type Lanes = { leg: Leg; phase: number; left?: number; lanes: number }
export type SignalPlan = { intersection: Intersection; approaches: Lanes[] }

const walk = 7
const leftGreen = 14
const laneWidth = 3.3
const footSpeed = 1.2

/**
 * Phases, stages and the local plan of each junction. Numbers follow NTCIP 1202: 2 and 6 are the main street, 4 and 8
 * the cross street, odd numbers the left turns of their own (5 from the approach of 2, 1 of 6, 7 of 4, 3 of 8), and 12
 * and 14 the pedestrians who walk beside 2 and 4. Detectors are filled in by `detectorsOf`.
 */
export function signalPlansOf(junctions: readonly Junction[], random: Random): SignalPlan[] {
  const offsets = travelTimes(junctions)
  return junctions.map((junction) => planOf(junction, offsets.get(junction) ?? 0, random))
}

function planOf(junction: Junction, travel: number, random: Random): SignalPlan {
  const pairs = pairLegs(junction.legs)
  const [main, cross, rest] = pairs
  if (!main || !cross) throw new Error(`${junction.id} has too few arms`)
  const big = main.length === 2 && cross.length === 2 && !rest && isBig(main, cross)
  const skewed = random.next() < 0.2
  const approaches: Lanes[] = []
  const phases: Phase[] = []
  const add = (leg: Leg, phase: number, left?: number) => {
    const { lanes } = leg.entry.road
    approaches.push({ leg, phase, left, lanes })
    phases.push(vehiclePhase(leg, phase, left ? lanes - 1 : lanes, left ? 'through' : 'all'))
    if (left) phases.push(vehiclePhase(leg, left, 1, 'left'))
  }
  const [m1, m2] = main
  const [c1, c2] = cross
  if (m1) add(m1, 2, big ? 5 : undefined)
  if (m2) add(m2, 6, big ? 1 : undefined)
  if (c1) add(c1, 4, big ? 7 : undefined)
  if (c2) add(c2, 8, big ? 3 : undefined)
  rest?.forEach((leg, i) => {
    add(leg, 10 + i * 2)
  })
  phases.push(pedestrianPhase(12, main, cross), pedestrianPhase(14, cross, main))
  const stages: number[][] = [[2, ...(m2 ? [6] : []), 12]]
  if (big) stages.push([1, 5], [4, 8, 14], [3, 7])
  else if (c2 && skewed) stages.push([4, 14], [8])
  else stages.push([4, ...(c2 ? [8] : []), 14])
  rest?.forEach((_, i) => {
    stages.push([10 + i * 2])
  })
  phases.sort((a, b) => a.id - b.id)
  return {
    approaches,
    intersection: {
      intersection: junction.id,
      revision: 1,
      controller: `ctl-${junction.id}`,
      phases,
      conflicts: conflictsOf(phases, stages, approaches),
      stages,
      ...timingOf(phases, stages, travel, random)
    }
  }
}

/** Opposite arms together, the widest pair first; an arm without an opposite stands alone. */
function pairLegs(legs: readonly Leg[]): Leg[][] {
  const left = [...legs]
  const groups: Leg[][] = []
  while (left.length > 0) {
    let best: { a: Leg; b: Leg; off: number } | undefined
    for (const a of left) {
      for (const b of left) {
        const off = Math.abs(Math.abs(a.bearing - b.bearing) - 180)
        const weight = off - (a.entry.road === b.entry.road ? 25 : 0)
        if (a.bearing < b.bearing && off < 62 && (!best || weight < best.off)) best = { a, b, off: weight }
      }
    }
    if (!best) {
      groups.push(...left.map((leg) => [leg]))
      break
    }
    const { a, b } = best
    groups.push([a, b])
    for (const leg of [a, b]) left.splice(left.indexOf(leg), 1)
  }
  const width = (group: Leg[]) =>
    Math.max(...group.map((leg) => leg.entry.road.lanes * leg.entry.road.speed)) + group.length
  return groups.sort((a, b) => width(b) - width(a))
}

/** Left turns have phases of their own where a wide road meets a main road. */
function isBig(main: readonly Leg[], cross: readonly Leg[]): boolean {
  const wide = (legs: readonly Leg[]) => legs.every((leg) => leg.entry.road.lanes >= 3)
  const major = (legs: readonly Leg[]) => legs.every((leg) => ['trunk', 'primary'].includes(leg.entry.road.class))
  return wide(main) && main.every((leg) => leg.entry.road.class === 'trunk') && major(cross)
}

function vehiclePhase(leg: Leg, id: number, lanes: number, turn: 'through' | 'left' | 'all'): Phase {
  const words = { through: ['through and right', '直行右转'], left: ['left turn', '左转'], all: ['all turns', '全部'] }[
    turn
  ]
  const wide = leg.entry.road.class === 'trunk' || leg.entry.road.class === 'primary'
  return {
    id,
    name: { en: `From ${leg.approach}, ${words[0]}`, zh: `${compassZh[leg.approach as Compass]}进口${words[1]}` },
    approach: leg.approach,
    kind: 'vehicle',
    minimumGreen: 8,
    maximumGreen: turn === 'left' ? 30 : wide ? 75 : 60,
    yellowChange: leg.entry.road.speed >= 60 ? 4 : 3,
    redClearance: 2,
    lanes,
    saturationFlow: lanes * (turn === 'left' ? 1_700 : 1_800),
    detectors: []
  }
}

/** People walk beside `along` across the arms of `over`; they clear the whole carriageway at 1.2 m/s. */
function pedestrianPhase(id: number, along: readonly Leg[], over: readonly Leg[]): Phase {
  const lanes = Math.max(...over.map((leg) => leg.entry.road.lanes * 2))
  const clear = Math.ceil((lanes * laneWidth + 2) / footSpeed)
  const [a] = along
  const direction = a ? ([a.approach, compassZh[a.approach]] as const) : (['N', '北'] as const)
  return {
    id,
    name: { en: `Pedestrians beside ${direction[0]}`, zh: `${direction[1]}向平行行人` },
    kind: 'pedestrian',
    minimumGreen: walk + clear,
    maximumGreen: 75,
    yellowChange: 0,
    redClearance: 2,
    walk,
    pedestrianClear: clear,
    lanes: 1,
    saturationFlow: 1_000,
    detectors: []
  }
}

/** Whatever never has green together conflicts, but for people on different crossings and the lanes of one approach. */
function conflictsOf(
  phases: readonly Phase[],
  stages: readonly number[][],
  approaches: readonly Lanes[]
): [number, number][] {
  const pairs: [number, number][] = []
  for (const a of phases) {
    for (const b of phases) {
      if (a.id >= b.id) continue
      const together = stages.some((stage) => stage.includes(a.id) && stage.includes(b.id))
      const people = a.kind === 'pedestrian' && b.kind === 'pedestrian'
      const same = approaches.some(
        (lanes) => lanes.left && [lanes.left, lanes.phase].every((id) => id === a.id || id === b.id)
      )
      if (!together && !people && !same) pairs.push([a.id, b.id])
    }
  }
  return pairs
}

/** The local plan: 90, 100 or 120 s by the number of stages, green by lanes and importance, offset by the drive from the centre. */
function timingOf(
  phases: readonly Phase[],
  stages: readonly number[][],
  travel: number,
  random: Random
): Pick<Intersection, 'cycle' | 'plan'> {
  const of = (id: number) => phases.find((phase) => phase.id === id) as Phase
  const lost = stages.reduce(
    (sum, stage) => sum + Math.max(...stage.map((id) => of(id).yellowChange + of(id).redClearance)),
    0
  )
  const least = stages.map((stage) => Math.max(...stage.map((id) => of(id).minimumGreen)))
  const cycle = { 2: 90, 3: 100 }[stages.length] ?? 120
  const shortest = Math.ceil((lost + least.reduce((sum, green) => sum + green, 0)) / 5) * 5
  // A left turn that gets its least green only lets three vehicles go: plans are more generous than limits.
  stages.forEach((stage, i) => {
    if (stage.every((id) => id % 2 === 1)) least[i] = leftGreen
  })
  const spare = cycle - lost - least.reduce((sum, green) => sum + green, 0)
  if (spare < 0) throw new Error(`a cycle of ${cycle} s is too short for ${stages.length} stages`)
  // Now and then a plan is years old and gives the main street more than it needs today: there the rush hour jams.
  const old = random.next() < 0.12 ? 3.5 : 1
  const weights = stages.map((stage, i) => {
    const vehicles = stage.map(of).filter((phase) => phase.kind === 'vehicle')
    const lanes = Math.max(...vehicles.map((phase) => phase.lanes * (phase.maximumGreen / 60) ** 2))
    return lanes * (i === 0 ? old : 1)
  })
  const sum = weights.reduce((a, b) => a + b, 0)
  const limit = stages.map((stage) => Math.min(...stage.map((id) => of(id).maximumGreen)))
  const greens = stages.map((_, i) =>
    Math.min(limit[i] ?? 0, (least[i] ?? 0) + Math.round((spare * (weights[i] ?? 0)) / sum))
  )
  const total = lost + greens.reduce((a, b) => a + b, 0)
  return {
    cycle: {
      minimum: shortest,
      maximum: stages.length > 3 ? 160 : 130
    },
    plan: { cycle: total, greens, offset: Math.round(travel) % total }
  }
}

/** Seconds of driving from the junction in the middle of the city to each other one, by the fastest way. */
function travelTimes(junctions: readonly Junction[]): Map<Junction, number> {
  const centre = junctions.reduce((a, b) => (Math.hypot(...b.node.point) < Math.hypot(...a.node.point) ? b : a))
  const times = new Map<Junction, number>([[centre, 0]])
  const open = new Set([centre])
  while (open.size > 0) {
    const next = [...open].reduce((a, b) => ((times.get(b) ?? 0) < (times.get(a) ?? 0) ? b : a))
    open.delete(next)
    for (const leg of next.legs) {
      const far = leg.exit.to
      const time = (times.get(next) ?? 0) + leg.exit.length / (leg.exit.road.speed / 3.6)
      if (far && time < (times.get(far) ?? Number.POSITIVE_INFINITY)) {
        times.set(far, time)
        open.add(far)
      }
    }
  }
  return times
}
