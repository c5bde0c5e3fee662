/** Time for thin shells (the writer of ticks, timeouts of sockets). Views never see it: they take `now` from ticks. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number
  /** Milliseconds that never jump. */
  monotonic(): number
}

// Browsers and Node both have it; this package is compiled without the types of either.
declare const performance: { now(): number }

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now()
}
