import type { ParkingPlace } from '@city-brain/model'
import type { Opening } from './opening-hours.ts'

/** What the page says of a car park now: the server's state, put down by what the page itself knows. */
export type Standing = ParkingPlace['state']

/** Milliseconds for which an answer of the city holds; after that its numbers are not shown any more. */
export const answerHolds = 120_000

/**
 * The state to show. Closed by its own hours is closed, however many spaces are free; a number whose answer is old (no
 * connection, a phone that slept) is no number to drive to, and neither is a missing one.
 */
export function standingOf(
  { state, availableSpotNumber }: Pick<ParkingPlace, 'state' | 'availableSpotNumber'>,
  { opening, answerAge }: { opening?: Opening | undefined; answerAge: number }
): Standing {
  if (state === 'closed' || opening?.open === false) return 'closed'
  if (state !== 'open' && state !== 'full') return state
  if (answerAge > answerHolds) return 'stale'
  return state === 'open' && availableSpotNumber === undefined ? 'unknown' : state
}
