import type { Intersection } from '@city-brain/model'

/** One green of a phase within a cycle, milliseconds from the begin of the cycle: green, then yellow, then red. */
export type GreenInterval = {
  phase: number
  /** Index of the first and the last stage that it lasts over. */
  firstStage: number
  lastStage: number
  from: number
  to: number
  yellowTo: number
}

/** One cycle as the lamps will show it. */
export type Timetable = {
  /** Milliseconds. */
  length: number
  /** Begin of each stage, milliseconds from the begin of the cycle. */
  stages: number[]
  greens: GreenInterval[]
}

/**
 * Lays out one cycle. A phase that the next stage serves too stays green through the change; all others end with yellow
 * and red clearance, and the next stage begins when the longest of them has cleared. At the end of the cycle all end.
 * @param greens milliseconds of each stage
 */
export function layOutCycle(intersection: Intersection, greens: readonly number[]): Timetable {
  const phases = new Map(intersection.phases.map((phase) => [phase.id, phase]))
  const stages: number[] = []
  const done: GreenInterval[] = []
  let open: GreenInterval[] = []
  let at = 0
  intersection.stages.forEach((stage, index) => {
    stages.push(at)
    for (const phase of stage) {
      if (open.some((green) => green.phase === phase)) continue
      open.push({ phase, firstStage: index, lastStage: index, from: at, to: at, yellowTo: at })
    }
    at += greens[index] ?? 0
    const next = intersection.stages[index + 1] ?? []
    let clearance = 0
    for (const green of open) {
      if (next.includes(green.phase)) continue
      const { yellowChange = 0, redClearance = 0 } = phases.get(green.phase) ?? {}
      const yellow = Math.round(yellowChange * 1_000)
      clearance = Math.max(clearance, yellow + Math.round(redClearance * 1_000))
      done.push({ ...green, lastStage: index, to: at, yellowTo: at + yellow })
    }
    open = open.filter((green) => next.includes(green.phase))
    at += clearance
  })
  return { length: at, stages, greens: done }
}

/** What a phase shows, as vehicles see it. */
export type Display = 'green' | 'yellow' | 'red'

/** @param at milliseconds from the begin of the cycle */
export function displayAt(timetable: Timetable, phase: number, at: number): Display {
  for (const green of timetable.greens) {
    if (green.phase !== phase || at < green.from || at >= green.yellowTo) continue
    return at < green.to ? 'green' : 'yellow'
  }
  return 'red'
}

/** Every moment of the cycle at which a lamp changes, in order, milliseconds from its begin. */
export function changesOf(timetable: Timetable): number[] {
  const moments = timetable.greens.flatMap((green) => [green.from, green.to, green.yellowTo])
  return [...new Set([0, ...moments])].sort((a, b) => a - b)
}
