import type { Clock, ClockStep, Draft, Tick } from '@city-brain/model'

/** A wall clock that differs from the monotonic count by more than so many milliseconds has been set. */
const stepThreshold = 2_000

/**
 * Makes the drafts of each second: a tick, and a `clock-step` before it where the wall clock has jumped against the
 * monotonic count. That count stands still while the city is stopped, so a stop shows as a step of the same length, and
 * delays that were running go on where they were.
 * @param last the newest tick of the journal
 */
export function createTicker(clock: Clock, last: Tick | undefined): () => Draft[] {
  const base = last?.monotonic ?? 0
  const started = clock.monotonic()
  let previous = last
  return () => {
    const tick: Tick = { now: clock.now(), monotonic: Math.round(base + clock.monotonic() - started) }
    const drafts: Draft[] = []
    if (previous !== undefined) {
      const expected = previous.now + (tick.monotonic - previous.monotonic)
      const jump = tick.now - expected
      if (Math.abs(jump) > stepThreshold) {
        const step: ClockStep = { from: expected, to: tick.now, jump }
        drafts.push({ kind: 'clock-step', entity: '', source: 'system', payload: step })
      }
    }
    previous = tick
    drafts.push({ kind: 'tick', entity: '', source: 'system', payload: tick })
    return drafts
  }
}
