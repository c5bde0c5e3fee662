import type { Intersection, Phase, PhaseDemand } from '@city-brain/model'
import type { Detector } from './describe-detectors.ts'
import { type DetectorReading, recent } from './detector-readings.ts'
import { lostTime } from './phase-runs.ts'
import { queueGrowth } from './queue-growth.ts'
import { flowRatioCap } from './webster.ts'

/** What was measured of all phases, and the offsets of every reading that went into it. */
export type MeasuredDemand = { demand: PhaseDemand[]; causes: number[] }

/** `share`: the part of what it counts that is this phase's, where it serves several. */
type Measured = { detector: Detector; readings: readonly DetectorReading[]; share: number }
type Flow = { counted: number; growth: number; lanes: number }

/**
 * Demand of each phase over the last minutes: counted flow (vehicles over the periods they were counted in) plus growth
 * of the queue, since an approach that is congested counts its capacity and not its demand. A phase whose detectors are
 * silent takes the flow ratio that the local plan stands for, marked by `fallback`; its `counted` is then 0. Pedestrians
 * have no flow: their walk and clearance are limits, not demand.
 * @param options.now monotonic milliseconds
 */
export function measureDemand(options: {
  intersection: Intersection
  detectors: ReadonlyMap<string, Detector>
  readings: (detector: string) => readonly DetectorReading[]
  now: number
}): MeasuredDemand {
  const { intersection, now } = options
  const causes: number[] = []
  const demand = intersection.phases.map((phase): PhaseDemand => {
    const known = phase.detectors.flatMap((id): Measured[] => {
      const detector = options.detectors.get(id)
      return detector ? [{ detector, readings: options.readings(id), share: shareOf(intersection, phase, id) }] : []
    })
    const newest = known.flatMap(({ detector, readings }) => describeNewest(detector, readings))
    if (phase.kind === 'pedestrian') return { ...nothing(phase), flowRatio: 0, detectors: newest }
    const counting = known.filter(({ readings }) => counts(readings))
    const fresh = counting.filter(({ detector, readings }) => now - (readings.at(-1)?.at ?? 0) <= detector.staleAfter)
    const flow = flowOf(phase, known, fresh, now)
    if (!flow) {
      const fallback = counting.length === 0 ? 'no-data' : 'stale'
      return {
        ...nothing(phase),
        flowRatio: tenThousandths(standInRatio(intersection, phase)),
        detectors: newest,
        fallback
      }
    }
    causes.push(
      ...fresh.flatMap(({ detector, readings }) => recent(readings, detector, now).map(({ offset }) => offset))
    )
    return {
      phase: phase.id,
      counted: Math.round(flow.counted),
      queueGrowth: Math.round(flow.growth),
      saturationFlow: phase.saturationFlow,
      flowRatio: tenThousandths(Math.min(flowRatioCap, (flow.counted + flow.growth) / phase.saturationFlow)),
      detectors: newest
    }
  })
  return { demand, causes: [...new Set(causes)].sort((a, b) => a - b) }
}

/** Occupied all the time while nothing passes: blocked or broken, either way no measurement of demand. */
const blockedOccupancy = 0.95

function counts(readings: readonly DetectorReading[]): boolean {
  const counted = readings.filter(({ intensity }) => intensity !== undefined)
  return counted.some(({ intensity, occupancy = 0 }) => intensity !== 0 || occupancy < blockedOccupancy)
}

const tenThousandths = (value: number): number => Math.round(value * 10_000) / 10_000

const nothing = (phase: Phase) => ({
  phase: phase.id,
  counted: 0,
  queueGrowth: 0,
  saturationFlow: phase.saturationFlow
})

function describeNewest(detector: Detector, readings: readonly DetectorReading[]): PhaseDemand['detectors'] {
  const newest = readings.at(-1)
  if (!newest) return []
  const { offset, intensity, occupancy } = newest
  return [
    {
      id: detector.id,
      offset,
      ...(intensity === undefined ? {} : { intensity }),
      ...(occupancy === undefined ? {} : { occupancy })
    }
  ]
}

/**
 * Flow of a phase, veh/h. Detectors of single lanes add up, and stand for lanes whose detector is missing or silent by
 * their mean; detectors of whole approaches add up and must all be there, since nothing else tells of their traffic.
 */
function flowOf(phase: Phase, known: readonly Measured[], fresh: readonly Measured[], now: number): Flow | undefined {
  const lanes = byPlace(fresh.filter(({ detector }) => detector.oneLane))
  if (lanes.length > 0) {
    const factor = Math.max(1, phase.lanes / lanes.length)
    const flow = sumOf(lanes.map((group) => flowOfGroup(group, 1, now)))
    return { ...flow, counted: flow.counted * factor, growth: flow.growth * factor }
  }
  const approaches = byPlace(fresh)
  const expected = byPlace(known.filter(({ detector }) => !detector.oneLane))
  if (approaches.length === 0 || approaches.length < expected.length) return undefined
  return sumOf(approaches.map((group) => flowOfGroup(group, phase.lanes / approaches.length, now)))
}

/** A detector that several phases serve (one lane for straight on and left, say) counts for each by its saturation flow. */
function shareOf({ phases }: Intersection, phase: Phase, detector: string): number {
  const serving = phases.filter(({ kind, detectors }) => kind !== 'pedestrian' && detectors.includes(detector))
  return phase.saturationFlow / serving.reduce((total, { saturationFlow }) => total + saturationFlow, 0)
}

/** Detectors that count the same vehicles, e.g. at the stop line and in advance of it, together. */
function byPlace(measured: readonly Measured[]): Measured[][] {
  const groups = new Map<string, Measured[]>()
  for (const one of measured) {
    groups.set(one.detector.counts, [...(groups.get(one.detector.counts) ?? []), one])
  }
  return [...groups.values()]
}

/** Of detectors that count the same vehicles, the one that counted most: the others have missed some. */
function flowOfGroup(group: readonly Measured[], lanes: number, now: number): Flow {
  const flows = group.map(({ detector, readings, share }) => {
    const current = recent(readings, detector, now)
    const counts = current.filter(({ intensity }) => intensity !== undefined)
    const vehicles = counts.reduce((total, { intensity }) => total + (intensity ?? 0), 0)
    const seconds = counts.reduce((total, { period }) => total + period, 0)
    return {
      counted: seconds > 0 ? (share * vehicles * 3_600) / seconds : 0,
      growth: share * queueGrowth(current, detector.storage) * lanes
    }
  })
  return {
    counted: Math.max(0, ...flows.map(({ counted }) => counted)),
    growth: Math.max(0, ...flows.map(({ growth }) => growth)),
    lanes
  }
}

function sumOf(flows: readonly Flow[]): Flow {
  return flows.reduce(
    (total, flow) => ({
      counted: total.counted + flow.counted,
      growth: total.growth + flow.growth,
      lanes: total.lanes + flow.lanes
    }),
    { counted: 0, growth: 0, lanes: 0 }
  )
}

/**
 * The flow ratio for which Webster's formula would have made the local plan: Y = 1 − (1.5 L + 5) / C, shared out as the
 * plan shares its green. So a phase without measurement keeps the weight that the plan gives it.
 */
function standInRatio(intersection: Intersection, phase: Phase): number {
  const { cycle, greens } = intersection.plan
  const sum = Math.min(flowRatioCap, Math.max(0.05, 1 - (1.5 * lostTime(intersection) + 5) / cycle))
  const all = greens.reduce((total, green) => total + green, 0)
  const own = intersection.stages.reduce(
    (total, stage, index) => total + (stage.includes(phase.id) ? (greens[index] ?? 0) : 0),
    0
  )
  return all > 0 ? Math.min(flowRatioCap, (sum * own) / all) : 0
}
