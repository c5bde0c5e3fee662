/** A clock that is this far ahead of where it should be is not believed at once, milliseconds. */
const believedAhead = 86_400_000
/** It is believed when it has stood there for so long while the city ran, milliseconds. */
const standsAfter = 86_400_000

/** What is kept over restarts. */
export type RetentionTimeState = { time: number; waited: number }

export type RetentionTime = {
  /** Milliseconds since 1970: what is older than a limit against this may go. */
  now(): number
  state(): RetentionTimeState
  /**
   * Follows the wall clock.
   * @param wall milliseconds since 1970
   * @param elapsed milliseconds on the monotonic clock since the last time; 0 at a start
   * @returns what became of a clock that is far ahead: `doubted` when it is first seen, `believed` when it has stood a day
   */
  pass(wall: number, elapsed: number): 'doubted' | 'believed' | undefined
}

/**
 * The time by which entries age. A wall clock that jumps years ahead for a minute would make everything old at once, and
 * what retention has cut does not come back with the clock. So a jump forward of more than a day counts only after a day:
 * until then this time goes on from where it was. Back it goes at once, since that cuts nothing. A city that was stopped
 * for long keeps a day longer what would have gone; should space run out meanwhile, its limit cuts whatever the age.
 */
export function createRetentionTime(saved: RetentionTimeState): RetentionTime {
  let { time, waited } = saved
  let doubted = false
  return {
    now: () => time,
    state: () => ({ time, waited }),
    pass(wall, elapsed) {
      const expected = time + elapsed
      if (wall <= expected + believedAhead) {
        time = wall
        waited = 0
        doubted = false
        return undefined
      }
      waited += elapsed
      if (waited >= standsAfter) {
        time = wall
        waited = 0
        doubted = false
        return 'believed'
      }
      time = expected
      const first = !doubted
      doubted = true
      return first ? 'doubted' : undefined
    }
  }
}
