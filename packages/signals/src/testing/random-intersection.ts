import type { AssetCollection, Intersection, Phase } from '@city-brain/model'
import { greenRange } from '../fit-greens.ts'
import { lostTime } from '../phase-runs.ts'
import { webster } from '../webster.ts'

/** A random valid intersection with the assets that it refers to. The same numbers give the same intersection. */
export type RandomIntersection = { intersection: Intersection; assets: AssetCollection }

/**
 * For property tests: two to five stages, phases that go on from one stage into the next, pedestrians, odd limits in
 * tenths of a second, and a conflict for every pair that no stage serves together.
 * @param seed any integer
 */
export function randomIntersection(seed: number): RandomIntersection {
  for (let attempt = 0; ; attempt++) {
    const made = draw(createRandom(seed + attempt * 7_919))
    if (made) return made
  }
}

type Random = {
  integer(from: number, to: number): number
  tenths(from: number, to: number): number
  chance(share: number): boolean
}

function draw(random: Random): RandomIntersection | undefined {
  const id = `crossing-${random.integer(1, 999)}`
  const stages: number[][] = []
  const phases: Phase[] = []
  const count = random.integer(2, 5)
  for (let stage = 0; stage < count; stage++) {
    const before = stages[stage - 1] ?? []
    const goingOn = random.chance(0.3) ? before.slice(0, 1) : []
    // No stage is the same as the one before it.
    const fresh = random.integer(goingOn.length < before.length && goingOn.length > 0 ? 0 : 1, 3)
    const added = Array.from({ length: fresh }, () => {
      const phase = drawPhase(random, phases.length + 1, id)
      phases.push(phase)
      return phase.id
    })
    stages.push([...goingOn, ...added])
  }
  if (stages[0]?.some((phase) => stages.at(-1)?.includes(phase))) return undefined
  const minimum = random.integer(30, 60)
  const intersection: Intersection = {
    intersection: id,
    revision: random.integer(0, 9),
    controller: `controller-${id}`,
    cycle: { minimum, maximum: minimum + random.integer(30, 150) },
    phases,
    conflicts: phases.flatMap(({ id: a }) =>
      phases.flatMap(({ id: b }) =>
        a < b && !stages.some((stage) => stage.includes(a) && stage.includes(b)) ? [[a, b] as [number, number]] : []
      )
    ),
    stages,
    plan: { cycle: 1, greens: stages.map(() => 1), offset: 0 }
  }
  if (!greenRange(intersection, 0.5)) return undefined
  // Any timing within the limits will do as local plan: the one for even demand.
  const even = phases.map(({ id: phase, saturationFlow }) => ({
    phase,
    counted: 0,
    queueGrowth: 0,
    saturationFlow,
    flowRatio: random.tenths(0, 9) / 10 / count,
    detectors: []
  }))
  const plan = webster(intersection, even)?.timing
  if (!plan || plan.cycle <= lostTime(intersection)) return undefined
  intersection.plan = { ...plan, offset: random.integer(0, Math.floor(plan.cycle) - 1) }
  return { intersection, assets: assetsOf(intersection) }
}

function drawPhase(random: Random, id: number, intersection: string): Phase {
  const pedestrian = random.chance(0.15)
  const crossing = pedestrian || random.chance(0.2)
  const minimumGreen = random.tenths(4, 12)
  const lanes = random.integer(1, 3)
  return {
    id,
    name: { en: `Phase ${id}`, zh: `相位 ${id}` },
    ...(pedestrian ? { kind: 'pedestrian' as const } : {}),
    minimumGreen,
    maximumGreen: Math.round((minimumGreen + random.tenths(15, 60)) * 10) / 10,
    yellowChange: random.tenths(3, 5),
    redClearance: random.tenths(0, 4),
    ...(crossing ? { walk: random.integer(4, 8), pedestrianClear: random.integer(3, 8) } : {}),
    lanes,
    saturationFlow: lanes * 1_800,
    detectors: pedestrian
      ? []
      : Array.from({ length: random.integer(0, lanes) }, (_, lane) => `${intersection}-det-${id}-${lane + 1}`)
  }
}

function assetsOf({ intersection, phases }: Intersection): AssetCollection {
  const place = { area: 'centre', name: { en: intersection, zh: intersection } }
  const point = { type: 'Point' as const, coordinates: [13.74, 51.05] as [number, number] }
  return {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', id: intersection, geometry: point, properties: { kind: 'intersection', ...place } },
      ...phases.flatMap(({ id, detectors }) =>
        detectors.map((detector, lane) => ({
          type: 'Feature' as const,
          id: detector,
          geometry: point,
          properties: {
            kind: 'detector' as const,
            ...place,
            refIntersection: intersection,
            refRoadSegment: `road-${id}`,
            laneId: lane + 1,
            period: 60,
            expectedInterval: 60
          }
        }))
      )
    ]
  }
}

/** mulberry32: small, fast, and the same everywhere. */
function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1))
  return {
    integer,
    tenths: (from, to) => integer(from * 10, to * 10) / 10,
    chance: (share) => next() < share
  }
}
