import type { Intersection, Phase, SignalTiming } from '@city-brain/model'
import { type GreenInterval, layOutCycle } from './timetable.ts'

/** Milliseconds by which sums of decimal seconds may miss. */
const tolerance = 1

/**
 * The controller's own check of a timing, made on the lamps that it would show. It shares no code with the centre, so
 * that one fault cannot pass both.
 * @returns why the timing is refused, or undefined where it may run
 */
export function judgeTiming(intersection: Intersection, timing: SignalTiming): string | undefined {
  const numbers = [timing.cycle, timing.offset, ...timing.greens]
  if (!numbers.every((value) => Number.isFinite(value) && value >= 0))
    return 'malformed: a time is negative or no number'
  if (timing.greens.length !== intersection.stages.length) {
    return `stage-count: ${timing.greens.length} greens for ${intersection.stages.length} stages`
  }
  const { minimum, maximum } = intersection.cycle
  if (timing.cycle < minimum || timing.cycle > maximum) {
    return `cycle-limits: ${timing.cycle} s is not within ${minimum}–${maximum} s`
  }
  if (timing.offset >= timing.cycle) return `offset: ${timing.offset} s is not within the cycle`
  const timetable = layOutCycle(
    intersection,
    timing.greens.map((green) => Math.round(green * 1_000))
  )
  if (Math.abs(timetable.length - timing.cycle * 1_000) > tolerance) {
    return `cycle-sum: greens, yellows and red clearances take ${timetable.length / 1_000} s, not ${timing.cycle} s`
  }
  return judgeGreens(intersection, timetable.greens) ?? judgeConflicts(intersection, timetable.greens)
}

function judgeGreens(intersection: Intersection, greens: readonly GreenInterval[]): string | undefined {
  for (const phase of intersection.phases) {
    const own = greens.filter((green) => green.phase === phase.id)
    if (own.length === 0) return `minimum-green: phase ${phase.id} is never served`
    for (const { from, to } of own) {
      const reason = judgeGreen(phase, to - from)
      if (reason) return reason
    }
  }
  return undefined
}

function judgeGreen(phase: Phase, green: number): string | undefined {
  const shown = `phase ${phase.id} would have ${green / 1_000} s of green`
  if (green < phase.minimumGreen * 1_000 - tolerance)
    return `minimum-green: ${shown}, less than ${phase.minimumGreen} s`
  if (green > phase.maximumGreen * 1_000 + tolerance)
    return `maximum-green: ${shown}, more than ${phase.maximumGreen} s`
  const crossing = (phase.walk ?? 0) + (phase.pedestrianClear ?? 0)
  if (green < crossing * 1_000 - tolerance)
    return `pedestrian: ${shown}, less than the ${crossing} s of walk and clearance`
  return undefined
}

/** A phase occupies the junction from its green to the end of its red clearance; conflicting phases never at one time. */
function judgeConflicts(intersection: Intersection, greens: readonly GreenInterval[]): string | undefined {
  const clearance = new Map(intersection.phases.map((phase) => [phase.id, phase.redClearance * 1_000]))
  const clearOf = (green: GreenInterval) => green.yellowTo + (clearance.get(green.phase) ?? 0)
  for (const [a, b] of intersection.conflicts) {
    for (const first of greens.filter((green) => green.phase === a)) {
      for (const second of greens.filter((green) => green.phase === b)) {
        const apart = clearOf(first) <= second.from + tolerance || clearOf(second) <= first.from + tolerance
        if (!apart) return `conflict: phases ${a} and ${b} would meet`
      }
    }
  }
  return undefined
}
