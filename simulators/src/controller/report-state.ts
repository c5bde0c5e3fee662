import { formatInstant, type Intersection, type MovementState, type SignalState } from '@city-brain/model'
import type { RunningCycle } from './running-cycle.ts'
import { displayAt } from './timetable.ts'

type MovementReport = SignalState['states'][number]

/** What each signal group shows at `now` (milliseconds since 1970), with the earliest and latest end of it (SAE J2735). */
export function reportStates(intersection: Intersection, cycle: RunningCycle, now: number): MovementReport[] {
  return intersection.phases.map((phase) => {
    const at = now - cycle.start
    const shown = displayAt(cycle.timetable, phase.id, at)
    const clear = phase.kind === 'pedestrian' ? Math.round((phase.pedestrianClear ?? 0) * 1_000) : 0
    const own = cycle.timetable.greens.filter((green) => green.phase === phase.id)
    const current = own.find((green) => at >= green.from && at < green.yellowTo)
    if (!current || shown === 'red') {
      const next = own.find((green) => green.from > at)
      // In the next cycle it may be another timing: only the earliest end is sure.
      if (!next) return report(phase.id, 'stop-And-Remain', cycle.start + cycle.timetable.length)
      return report(phase.id, 'stop-And-Remain', cycle.start + next.from, cycle.start + next.from)
    }
    // Pedestrians: walk is the movement allowed, the pedestrian clearance its clearance.
    const walkTo = current.to - clear
    if (at < walkTo) return report(phase.id, 'protected-Movement-Allowed', cycle.start + walkTo, cycle.start + walkTo)
    return report(phase.id, 'protected-clearance', cycle.start + current.yellowTo, cycle.start + current.yellowTo)
  })
}

function report(signalGroup: number, state: MovementState, earliest: number, latest?: number): MovementReport {
  return {
    signalGroup,
    state,
    minEndTime: formatInstant(earliest),
    ...(latest === undefined ? {} : { maxEndTime: formatInstant(latest) })
  }
}
