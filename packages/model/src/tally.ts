/**
 * The count of readings by their fate. It adds up at every moment, over restarts too:
 * received = accepted + rejected + duplicate, accepted = stored + pending + refused.
 */
export type Tally = {
  /** In the journal as readings. */
  accepted: number
  /** In the dead letters, with code and path. An undecodable payload counts as one. */
  rejected: number
  /** Repeats: acknowledged, counted, dropped. */
  duplicate: number
}

export type Counters = Tally & {
  received: number
  /** In the history store. */
  stored: number
  /** Accepted, not yet in the history store. */
  pending: number
  /** Accepted, but the history store would never take it: a dead letter too. */
  refused: number
}
