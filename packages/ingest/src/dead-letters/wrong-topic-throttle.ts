import type { Clock } from '@city-brain/model'

/** So many wrong topics of one speaker are dead-lettered at once, and then one a second. */
export const wrongTopicBurst = 60
const refillPerMillisecond = 1 / 1_000

export interface WrongTopicThrottle {
  /** Whether this one is still dead-lettered. */
  admit(speaker: string): boolean
  /** How many were only counted, since the start. */
  readonly passedOver: number
}

/**
 * A device that publishes on a wrong topic does it with everything it says, and would push all other dead letters out of
 * their quota. Above the bucket a message is acknowledged and counted as rejected, but leaves no dead letter: the sixty
 * before it say the same. Nothing else is ever throttled.
 */
export function createWrongTopicThrottle(clock: Clock): WrongTopicThrottle {
  const buckets = new Map<string, { tokens: number; at: number }>()
  let passedOver = 0
  return {
    admit(speaker) {
      const now = clock.monotonic()
      const bucket = buckets.get(speaker) ?? { tokens: wrongTopicBurst, at: now }
      buckets.set(speaker, bucket)
      bucket.tokens = Math.min(wrongTopicBurst, bucket.tokens + (now - bucket.at) * refillPerMillisecond)
      bucket.at = now
      if (bucket.tokens < 1) {
        passedOver++
        return false
      }
      bucket.tokens -= 1
      return true
    },
    get passedOver() {
      return passedOver
    }
  }
}
