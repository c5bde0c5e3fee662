import type { Intersection, SignalState } from '@city-brain/model'

export type CycleSegment = { colour: 'green' | 'yellow' | 'red'; from: number; to: number }
export type CycleBars = {
  /** Seconds; the segments lie between 0 and it. */
  cycle: number
  rows: { phase: number; kind: 'vehicle' | 'pedestrian'; segments: CycleSegment[] }[]
  /** Where in the cycle the controller stands, seconds. */
  now: number
}

/**
 * The running timing as bars: each stage gives green to its phases for its time, then yellow and red clearance follow, as
 * long as the longest of its phases needs. A phase that goes on in the next stage keeps its green in between.
 */
export function cycleBars(intersection: Intersection, state: SignalState): CycleBars {
  const phases = new Map(intersection.phases.map((phase) => [phase.id, phase]))
  const stages = intersection.stages
  let at = 0
  const begins: number[] = []
  const greens: { phase: number; from: number; to: number; yellowUntil: number }[] = []
  stages.forEach((members, stage) => {
    begins.push(at)
    const green = state.timing.greens[stage] ?? 0
    const next = stages[(stage + 1) % stages.length] ?? []
    const leaving = members.filter((phase) => stages.length === 1 || !next.includes(phase))
    const yellow = Math.max(0, ...leaving.map((phase) => phases.get(phase)?.yellowChange ?? 0))
    const clearance = Math.max(0, ...leaving.map((phase) => phases.get(phase)?.redClearance ?? 0))
    for (const phase of members) {
      const stays = !leaving.includes(phase)
      const to = at + green + (stays ? yellow + clearance : 0)
      greens.push({ phase, from: at, to, yellowUntil: stays ? to : to + (phases.get(phase)?.yellowChange ?? 0) })
    }
    at += green + yellow + clearance
  })
  const cycle = Math.max(at, 1)
  return {
    cycle,
    now: Math.min(cycle, (begins[state.stage] ?? 0) + state.stageAge),
    rows: intersection.phases.map(({ id, kind }) => ({
      phase: id,
      kind: kind ?? 'vehicle',
      segments: segmentsOf(
        greens.filter(({ phase }) => phase === id),
        cycle
      )
    }))
  }
}

function segmentsOf(
  greens: readonly { from: number; to: number; yellowUntil: number }[],
  cycle: number
): CycleSegment[] {
  const segments: CycleSegment[] = []
  let at = 0
  const push = (colour: CycleSegment['colour'], to: number) => {
    if (to > at) {
      const last = segments.at(-1)
      if (last?.colour === colour) last.to = to
      else segments.push({ colour, from: at, to })
      at = to
    }
  }
  for (const { from, to, yellowUntil } of greens) {
    push('red', from)
    push('green', to)
    push('yellow', Math.min(cycle, yellowUntil))
  }
  push('red', cycle)
  return segments
}
