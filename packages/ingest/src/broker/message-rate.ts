import type { Clock } from '@city-brain/model'

/** How fast one credential may speak, over all its connections. */
export interface MessageRate {
  /** How many may be read now. */
  readonly allowed: number
  /** Milliseconds until some are allowed, where none is. */
  readonly wait: number
  take(messages: number): void
}

/** So much of a second's allowance is given out at once, so that a sender at its bound is not woken for every message. */
const portion = 0.05

/**
 * A token bucket of one second for each credential. Whoever is above it is read more slowly, so that TCP holds it back;
 * nothing is dropped, and others do not wait for it.
 */
export function createMessageRates({ clock }: { clock: Clock }) {
  const buckets = new Map<string, MessageRate>()
  return function rateOf(speaker: string, perSecond: number): MessageRate {
    const known = buckets.get(speaker)
    if (known !== undefined) return known
    const bucket = createBucket(perSecond, clock)
    // No more of them than are registered: only who has shown its credentials gets one.
    buckets.set(speaker, bucket)
    return bucket
  }
}

function createBucket(perSecond: number, clock: Clock): MessageRate {
  const least = Math.max(1, Math.floor(perSecond * portion))
  let tokens = perSecond
  let at = clock.monotonic()
  const refill = () => {
    const now = clock.monotonic()
    tokens = Math.min(perSecond, tokens + ((now - at) / 1_000) * perSecond)
    at = now
  }
  return {
    get allowed() {
      // Asked for at every read: as long as much is left, the clock is not.
      if (tokens < perSecond / 2) refill()
      return tokens < least ? 0 : Math.floor(tokens)
    },
    get wait() {
      refill()
      return Math.max(1, Math.ceil(((least - tokens) / perSecond) * 1_000))
    },
    take(messages) {
      tokens -= messages
    }
  }
}
