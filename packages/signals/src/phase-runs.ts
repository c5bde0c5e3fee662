import type { Intersection, Phase } from '@city-brain/model'

/**
 * One green of a phase within the cycle. A phase that two stages in a row serve stays green between them, so a green
 * lasts over one or more stages; the cycle begins where no phase goes on, so a run never passes its end.
 */
export type PhaseRun = {
  phase: Phase
  /** Index of its first and last stage. */
  first: number
  last: number
  /** Seconds of yellow and red clearance of other phases that lie within it. */
  between: number
}

/** Thousandths of a second: sums of decimal seconds are compared in whole milliseconds. */
export const milliseconds = (seconds: number): number => Math.round(seconds * 1_000)

/**
 * Seconds of yellow and of red clearance after each stage: the longest of the phases that end with it. The next stage
 * begins when all of them have cleared.
 */
export function clearances(intersection: Intersection): { yellow: number; total: number }[] {
  return intersection.stages.map((stage, index) => {
    const next = intersection.stages[index + 1] ?? []
    const ending = intersection.phases.filter(({ id }) => stage.includes(id) && !next.includes(id))
    return {
      yellow: Math.max(0, ...ending.map((phase) => phase.yellowChange)),
      total:
        Math.max(0, ...ending.map((phase) => milliseconds(phase.yellowChange) + milliseconds(phase.redClearance))) /
        1_000
    }
  })
}

/** Seconds of a cycle in which no stage has its green: Webster's lost time, start-up loss against use of the yellow. */
export function lostTime(intersection: Intersection): number {
  return clearances(intersection).reduce((total, clearance) => total + milliseconds(clearance.total), 0) / 1_000
}

/** Seconds of green that a phase must have when it is served: its minimum, and walk with pedestrian clearance. */
export function requiredGreen(phase: Phase): number {
  return Math.max(phase.minimumGreen, (phase.walk ?? 0) + (phase.pedestrianClear ?? 0))
}

/** Every green of the cycle, phase by phase. */
export function phaseRuns(intersection: Intersection): PhaseRun[] {
  const after = clearances(intersection)
  return intersection.phases.flatMap((phase) => {
    const runs: PhaseRun[] = []
    intersection.stages.forEach((stage, index) => {
      if (!stage.includes(phase.id)) return
      const current = runs.at(-1)
      if (current?.last === index - 1) {
        current.last = index
        current.between = (milliseconds(current.between) + milliseconds(after[index - 1]?.total ?? 0)) / 1_000
      } else runs.push({ phase, first: index, last: index, between: 0 })
    })
    return runs
  })
}

/** Seconds of green that a run gets from the greens of the stages. */
export function greenOfRun(run: PhaseRun, greens: readonly number[]): number {
  const shown = greens.slice(run.first, run.last + 1).reduce((total, green) => total + milliseconds(green), 0)
  return (shown + milliseconds(run.between)) / 1_000
}
