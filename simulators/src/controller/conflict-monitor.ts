import type { Intersection } from '@city-brain/model'
import type { Display } from './timetable.ts'

/**
 * The last line of defence, after the malfunction management unit of NEMA TS 2: it looks at the lamps and knows nothing
 * of why they are lit.
 * @returns the two phases that would meet, or undefined where the lamps are in order
 */
export function findConflict(
  intersection: Intersection,
  displayOf: (phase: number) => Display
): [number, number] | undefined {
  return intersection.conflicts.find(([a, b]) => displayOf(a) !== 'red' && displayOf(b) !== 'red')
}
