import type { SignalTiming } from '@city-brain/model'
import type { Timetable } from './timetable.ts'

/** The cycle that runs: a timetable put at a moment. */
export type RunningCycle = {
  /** Milliseconds since 1970. */
  start: number
  timetable: Timetable
  timing: SignalTiming
  /** The command that the timing came from, and when it ends; absent while the local plan runs. */
  commandId?: string
  expiresAt?: number
}
