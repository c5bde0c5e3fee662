import type { Intersection } from '@city-brain/model'
import { type DayProfile, profileAt } from '../city/day-profile.ts'
import type { LocalTime } from '../city/local-time.ts'
import type { Random } from '../random.ts'
import type { LaneGroup, Link } from './road-network.ts'

/** Where vehicles come from: veh/h in the busiest hour, by link. `entering`: over the edge of the city; else out of side streets. */
export type Demand = { entering: number[]; joining: number[] }

/** Share of a link's vehicles that end their trip on the way, in side streets and car parks. */
export const endingShare = 0.09

/** Degree of saturation that the 97th of 100 lane groups reaches at the local plans: a few junctions jam, the others cope. */
const wantedSaturation = 0.78

/**
 * Demand that the network can just carry in rush hours. Sources are drawn by road class, flows follow from the turning
 * shares, and all is scaled until the local plans are as saturated as wanted.
 */
export function createDemand(links: readonly Link[], intersections: readonly Intersection[], random: Random): Demand {
  const byClass: Record<string, number> = { motorway: 1_100, trunk: 900, primary: 420, secondary: 260, tertiary: 120 }
  const entering = links.map((link) =>
    link.isEntry ? (byClass[link.roadClass] ?? 100) * link.lanes * random.between(0.7, 1.2) : 0
  )
  const joining = links.map((link) =>
    link.isExit ? 0 : (link.length / 1_000) * (40 + 45 * link.lanes) * random.between(0.4, 1.6)
  )
  const flows = settle(links, entering, joining)
  const degrees = links
    .flatMap((link) =>
      link.groups.map((group) => ((flows[link.index] ?? 0) * group.share) / capacityOf(group, intersections))
    )
    .filter((degree) => degree > 0)
    .sort((a, b) => b - a)
  const busy = degrees[Math.floor(degrees.length * 0.03)] ?? 1
  const scale = wantedSaturation / busy
  return { entering: entering.map((flow) => flow * scale), joining: joining.map((flow) => flow * scale) }
}

/** Flow on each link once all has settled: what enters it, joins it, and turns into it. */
function settle(links: readonly Link[], entering: readonly number[], joining: readonly number[]): number[] {
  let flows = links.map((_, i) => (entering[i] ?? 0) + (joining[i] ?? 0))
  for (let round = 0; round < 150; round++) {
    const next = links.map((_, i) => (entering[i] ?? 0) + (joining[i] ?? 0))
    for (const link of links) {
      const out = (flows[link.index] ?? 0) * (1 - endingShare)
      for (const group of link.groups) {
        for (const { to, share } of group.turns) next[to.index] = (next[to.index] ?? 0) + out * group.share * share
      }
    }
    flows = next
  }
  return flows
}

/** veh/h that the local plan lets through. */
export function capacityOf(group: LaneGroup, intersections: readonly Intersection[]): number {
  const plan = intersections.find((entry) => entry.intersection === group.signal?.intersection)
  if (!plan) return group.saturationFlow
  const green = plan.stages.reduce(
    (sum, stage, i) => sum + (stage.includes(group.signal?.phase ?? 0) ? (plan.plan.greens[i] ?? 0) : 0),
    0
  )
  return (group.saturationFlow * Math.max(1, green - 1)) / plan.plan.cycle
}

const workday: DayProfile = [
  [0.5, 0.16],
  [3.5, 0.07],
  [5.5, 0.18],
  [7, 0.72],
  [7.8, 1],
  [8.8, 0.98],
  [9.8, 0.7],
  [12, 0.64],
  [14, 0.62],
  [16.2, 0.74],
  [17.3, 1],
  [18.5, 0.98],
  [19.8, 0.62],
  [22, 0.36]
]
const weekend: DayProfile = [
  [0.5, 0.24],
  [4, 0.08],
  [7, 0.2],
  [10.5, 0.62],
  [13, 0.66],
  [16, 0.74],
  [18.5, 0.7],
  [21, 0.46]
]

/** Demand now as a share of that in the busiest hour; in the morning more comes over the edge of the city, in the evening less. */
export function demandShare({ hour, weekday }: LocalTime): { entering: number; joining: number } {
  const isWorkday = weekday >= 1 && weekday <= 5
  const share = profileAt(isWorkday ? workday : weekend, hour)
  const morning = isWorkday && hour > 5 && hour < 11 ? 0.1 : isWorkday && hour > 15 && hour < 20 ? -0.05 : 0
  return { entering: share * (1 + morning), joining: share * (1 - morning) }
}
