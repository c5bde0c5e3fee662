import type { Intersection } from '@city-brain/model'
import { type PhaseRun, phaseRuns, requiredGreen } from './phase-runs.ts'

/** Guards `ceil` and `floor` against sums of decimals that miss a whole number by a rounding error. */
const epsilon = 1e-6

/**
 * The limits of all phases as limits between stage boundaries: `bounds[a][b]` is the most, in units, that boundary b
 * may lie after boundary a. A green over several stages is a limit between boundaries that lie apart, so this is a
 * system of difference constraints: shortest paths answer it exactly, and in whole units where the limits are whole.
 */
type Bounds = number[][]

function boundsOf(intersection: Intersection, runs: readonly PhaseRun[], unit: number): Bounds {
  const size = intersection.stages.length + 1
  const bounds: Bounds = Array.from({ length: size }, (_, a) =>
    Array.from({ length: size }, (_, b) => (a === b || b === a - 1 ? 0 : Number.POSITIVE_INFINITY))
  )
  for (const run of runs) {
    const least = Math.ceil((requiredGreen(run.phase) - run.between) / unit - epsilon)
    const most = Math.floor((run.phase.maximumGreen - run.between) / unit + epsilon)
    limit(bounds, run.first, run.last + 1, least, most)
  }
  return bounds
}

function limit(bounds: Bounds, from: number, to: number, least: number, most: number): void {
  const forward = bounds[from]
  const backward = bounds[to]
  if (!forward || !backward) return
  forward[to] = Math.min(forward[to] ?? most, most)
  backward[from] = Math.min(backward[from] ?? -least, -least)
}

/** Floyd–Warshall: the tightest limits that follow from all. False where they contradict each other. */
function tighten(bounds: Bounds): boolean {
  for (const [via, onward] of bounds.entries()) {
    for (const row of bounds) {
      const first = row[via] ?? Number.POSITIVE_INFINITY
      if (first === Number.POSITIVE_INFINITY) continue
      onward.forEach((second, to) => {
        if (first + second < (row[to] ?? Number.POSITIVE_INFINITY)) row[to] = first + second
      })
    }
  }
  return bounds.every((row, index) => (row[index] ?? 0) >= 0)
}

/**
 * The least and the most green in all, in units of so many seconds, that the phases' limits allow; undefined where no
 * timing in such units keeps them all.
 */
export function greenRange(intersection: Intersection, unit: number): { least: number; most: number } | undefined {
  const bounds = boundsOf(intersection, phaseRuns(intersection), unit)
  if (!tighten(bounds)) return undefined
  const last = intersection.stages.length
  return { least: -(bounds[last]?.[0] ?? 0), most: bounds[0]?.[last] ?? 0 }
}

/**
 * Shares `total` units of green out to the stages in proportion to their weights, as near as the phases' limits allow.
 * @returns whole units of each stage, which add up to `total`, or undefined where the limits do not allow that total
 */
export function fitGreens(
  intersection: Intersection,
  unit: number,
  total: number,
  weights: readonly number[]
): number[] | undefined {
  const bounds = boundsOf(intersection, phaseRuns(intersection), unit)
  const stages = intersection.stages.map((_, index) => index)
  limit(bounds, 0, stages.length, total, total)
  if (!tighten(bounds)) return undefined
  const range = (stage: number) => ({
    least: -(bounds[stage + 1]?.[stage] ?? 0),
    most: bounds[stage]?.[stage + 1] ?? total
  })
  const wanted = roundToTotal(proportional(stages.map(range), weights, total), total)
  // Each stage takes what it wants within what the stages before it have left; the system stays solvable throughout.
  return stages.map((stage) => {
    const { least, most } = range(stage)
    const green = Math.min(Math.max(wanted[stage] ?? 0, least), most)
    limit(bounds, stage, stage + 1, green, green)
    tighten(bounds)
    return green
  })
}

/** Greens in proportion to the weights, each within its own range, that add up to the total. */
function proportional(
  ranges: readonly { least: number; most: number }[],
  weights: readonly number[],
  total: number
): number[] {
  // A stage without demand still takes what those with demand may not have.
  const sum = weights.reduce((all, weight) => all + weight, 0)
  const shares = ranges.map((_, stage) => (sum > 0 ? (weights[stage] ?? 0) / sum : 0) + 1e-6)
  const at = (level: number) =>
    ranges.map(({ least, most }, stage) => Math.min(Math.max((shares[stage] ?? 0) * level, least), most))
  let low = 0
  let high = total * 1e6 + 1
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (at(middle).reduce((all, green) => all + green, 0) < total) low = middle
    else high = middle
  }
  return at(high)
}

/** Whole numbers that add up to the total, by largest remainder. */
function roundToTotal(values: readonly number[], total: number): number[] {
  const floors = values.map((value) => Math.floor(value + epsilon))
  const missing = total - floors.reduce((all, value) => all + value, 0)
  const order = values
    .map((value, index) => ({ index, rest: value - (floors[index] ?? 0) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index)
  const raised = new Set(order.slice(0, Math.max(0, missing)).map(({ index }) => index))
  return floors.map((value, index) => value + (raised.has(index) ? 1 : 0))
}
