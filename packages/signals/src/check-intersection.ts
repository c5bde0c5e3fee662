import type { AssetCollection, Intersection, Problem } from '@city-brain/model'
import { checkTiming } from './check-timing.ts'
import { greenRange } from './fit-greens.ts'
import { lostTime, requiredGreen } from './phase-runs.ts'

/** A fault of an intersection that has the right form, with the JSON pointer of the place to mend. */
export type IntersectionFault = Pick<Problem, 'code' | 'message'> & { path: string }

type Report = (path: string, code: Problem['code'], message: string) => void

/** What the schema cannot say: references, conflicts, limits that leave no timing, and a local plan within them. */
export function checkIntersection(intersection: Intersection, assets: AssetCollection): IntersectionFault[] {
  const faults: IntersectionFault[] = []
  const report: Report = (path, code, message) => faults.push({ path, code, message })
  checkPhases(intersection, report)
  checkConflictPairs(intersection, report)
  checkStages(intersection, report)
  checkAssets(intersection, assets, report)
  if (intersection.cycle.minimum > intersection.cycle.maximum) {
    report('/cycle', 'inconsistent', 'the shortest cycle is longer than the longest')
  }
  // Sums over phases and stages mean nothing while those are wrong.
  if (faults.length === 0) checkLimits(intersection, report)
  if (faults.length === 0) checkPlan(intersection, report)
  return faults
}

function checkPhases({ phases }: Intersection, report: Report): void {
  phases.forEach((phase, index) => {
    const path = `/phases/${index}`
    if (phases.findIndex(({ id }) => id === phase.id) !== index) {
      report(`${path}/id`, 'duplicate', `there is another phase ${phase.id}`)
    }
    if (phase.minimumGreen > phase.maximumGreen) {
      report(`${path}/minimumGreen`, 'inconsistent', 'the minimum green is longer than the maximum green')
    } else if (requiredGreen(phase) > phase.maximumGreen) {
      report(
        `${path}/maximumGreen`,
        'inconsistent',
        `walk and pedestrian clearance take ${requiredGreen(phase)} s of green`
      )
    }
    if (phase.kind === 'pedestrian' && (phase.walk === undefined || phase.pedestrianClear === undefined)) {
      report(path, 'inconsistent', 'a pedestrian phase needs walk and pedestrianClear')
    }
  })
}

function checkConflictPairs({ phases, conflicts }: Intersection, report: Report): void {
  const known = new Set(phases.map(({ id }) => id))
  const pairs = new Set<string>()
  conflicts.forEach(([a, b], index) => {
    const path = `/conflicts/${index}`
    for (const id of [a, b]) if (!known.has(id)) report(path, 'unknown-reference', `there is no phase ${id}`)
    if (a === b) report(path, 'inconsistent', 'a phase cannot conflict with itself')
    const pair = [a, b].sort((one, other) => one - other).join(' ')
    if (pairs.has(pair)) report(path, 'duplicate', `the pair ${a}, ${b} is there already`)
    pairs.add(pair)
  })
}

function checkStages({ phases, conflicts, stages }: Intersection, report: Report): void {
  const known = new Set(phases.map(({ id }) => id))
  stages.forEach((stage, index) => {
    stage.forEach((id, place) => {
      const path = `/stages/${index}/${place}`
      if (!known.has(id)) report(path, 'unknown-reference', `there is no phase ${id}`)
      if (stage.indexOf(id) !== place) report(path, 'duplicate', `phase ${id} is in this stage already`)
    })
    for (const [a, b] of conflicts) {
      if (a !== b && stage.includes(a) && stage.includes(b)) {
        report(`/stages/${index}`, 'inconsistent', `phases ${a} and ${b} conflict and would have green together`)
      }
    }
  })
  phases.forEach(({ id }, index) => {
    if (!stages.some((stage) => stage.includes(id))) {
      report(`/phases/${index}`, 'inconsistent', `no stage serves phase ${id}`)
    }
  })
  const goingOn = stages[0]?.filter((id) => stages.at(-1)?.includes(id)) ?? []
  if (goingOn.length > 0) {
    report(
      '/stages',
      'inconsistent',
      `phase ${goingOn.join(', ')} would go on from the last stage into the first: begin the cycle with a stage whose phases the last one does not serve`
    )
  }
}

function checkAssets(intersection: Intersection, assets: AssetCollection, report: Report): void {
  const kinds = new Map(assets.features.map((feature) => [feature.id, feature.properties.kind]))
  if (kinds.get(intersection.intersection) !== 'intersection') {
    report('/intersection', 'unknown-reference', `there is no intersection ${intersection.intersection} in the assets`)
  }
  intersection.phases.forEach((phase, index) => {
    phase.detectors.forEach((detector, place) => {
      const path = `/phases/${index}/detectors/${place}`
      if (kinds.get(detector) !== 'detector') {
        report(path, 'unknown-reference', `there is no detector ${detector} in the assets`)
      }
      if (phase.detectors.indexOf(detector) !== place) {
        report(path, 'duplicate', `detector ${detector} is in this phase already`)
      }
    })
  })
}

function checkLimits(intersection: Intersection, report: Report): void {
  const lost = lostTime(intersection)
  const { minimum, maximum } = intersection.cycle
  const range = greenRange(intersection, 0.5)
  if (!range) {
    report(
      '/phases',
      'inconsistent',
      'minimum and maximum greens contradict each other: no timing in half seconds keeps them'
    )
    return
  }
  const shortest = lost + range.least / 2
  const longest = lost + range.most / 2
  if (shortest > maximum) {
    report('/cycle/maximum', 'inconsistent', `the minimum greens with yellow and red clearance take ${shortest} s`)
  } else if (longest < minimum) {
    report('/cycle/minimum', 'inconsistent', `the maximum greens with yellow and red clearance fill only ${longest} s`)
  } else if (Math.ceil((minimum - lost) * 2 - 1e-6) > Math.floor((maximum - lost) * 2 + 1e-6)) {
    report('/cycle', 'inconsistent', 'no cycle with greens of half seconds lies within these limits')
  }
}

function checkPlan(intersection: Intersection, report: Report): void {
  const verdict = checkTiming(intersection, intersection.plan)
  if (!verdict.allowed) report('/plan', 'inconsistent', verdict.reason.en)
}
