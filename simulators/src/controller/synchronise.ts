import type { Intersection, SignalTiming } from '@city-brain/model'
import { layOutCycle } from './timetable.ts'

/** At most this share of a cycle is added or taken in one cycle, so that a change of plan is not felt as a stop. */
const stepShare = 0.25

/**
 * The greens of a cycle that begins at `start`, changed within every limit so that later cycles come closer to the
 * timing's offset: the transition of a coordinated controller, the short way where both lead there as fast.
 * @param start milliseconds since 1970
 * @returns milliseconds of each stage
 */
export function synchronise(intersection: Intersection, timing: SignalTiming, start: number): number[] {
  const greens = timing.greens.map((green) => Math.round(green * 1_000))
  const cycle = Math.round(timing.cycle * 1_000)
  const late = (((start - Math.round(timing.offset * 1_000)) % cycle) + cycle) % cycle
  if (late === 0) return greens
  const step = Math.round(cycle * stepShare)
  const longer = stretch(intersection, greens, Math.min(cycle - late, step))
  const shorter = stretch(intersection, greens, -Math.min(late, step))
  const added = sum(longer) - sum(greens)
  const taken = sum(greens) - sum(shorter)
  if (added === 0 && taken === 0) return greens
  const cyclesLonger = added === 0 ? Number.POSITIVE_INFINITY : (cycle - late) / added
  const cyclesShorter = taken === 0 ? Number.POSITIVE_INFINITY : late / taken
  return cyclesShorter <= cyclesLonger ? shorter : longer
}

/** The greens with as much of `amount` (milliseconds, negative to shorten) added as the phases and the cycle allow. */
function stretch(intersection: Intersection, greens: readonly number[], amount: number): number[] {
  const stretched = [...greens]
  const { length } = layOutCycle(intersection, greens)
  const limit = amount > 0 ? intersection.cycle.maximum * 1_000 - length : intersection.cycle.minimum * 1_000 - length
  let open = amount > 0 ? Math.min(amount, Math.max(0, limit)) : Math.max(amount, Math.min(0, limit))
  const total = sum(greens)
  // Once in proportion to the greens, once more for what some stages could not take.
  for (const share of [(green: number) => Math.round((open * green) / Math.max(1, total)), () => open]) {
    const wanted = greens.map(share)
    wanted.forEach((part, stage) => {
      const bounded = open > 0 ? Math.min(part, open) : Math.max(part, open)
      const given = within(intersection, stretched, stage, bounded)
      stretched[stage] = (stretched[stage] ?? 0) + given
      open -= given
    })
  }
  return stretched
}

/** How much of `amount` a stage can take before one of its phases leaves its limits. */
function within(intersection: Intersection, greens: readonly number[], stage: number, amount: number): number {
  let given = amount
  for (const green of layOutCycle(intersection, greens).greens) {
    if (stage < green.firstStage || stage > green.lastStage) continue
    const phase = intersection.phases.find(({ id }) => id === green.phase)
    if (!phase) continue
    const shown = green.to - green.from
    const least = Math.max(phase.minimumGreen, (phase.walk ?? 0) + (phase.pedestrianClear ?? 0)) * 1_000
    const room = amount > 0 ? phase.maximumGreen * 1_000 - shown : least - shown
    given = amount > 0 ? Math.min(given, Math.max(0, Math.floor(room))) : Math.max(given, Math.min(0, Math.ceil(room)))
  }
  return amount < 0 ? Math.max(given, -(greens[stage] ?? 0)) : given
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
