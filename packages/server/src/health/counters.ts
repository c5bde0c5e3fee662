import type { CityRates, Clock, Counters, Tally } from '@city-brain/model'

/** How far the history store is, as its writer tells it. */
export type HistoryProgress = { stored: number; refused: number }

/**
 * The counters that add up at every moment. Both parts are read in one synchronous step, and the writer stores only what
 * the tally has accepted, so what is between them is what is pending.
 */
export function countersOf(tally: Tally, { stored, refused }: HistoryProgress): Counters {
  const { accepted, rejected, duplicate } = tally
  return {
    received: accepted + rejected + duplicate,
    accepted,
    rejected,
    duplicate,
    stored,
    pending: accepted - stored - refused,
    refused
  }
}

/** Readings received a second, as a mean over the last ten. */
export function createRates({ counters, clock }: { counters: () => Counters; clock: Clock }): {
  read(): CityRates
  close(): void
} {
  const samples = [{ at: clock.monotonic(), received: counters().received }]
  const timer = setInterval(() => {
    samples.push({ at: clock.monotonic(), received: counters().received })
    if (samples.length > 11) samples.shift()
  }, 1_000)
  return {
    read() {
      const now = counters()
      const [oldest] = samples
      const seconds = oldest ? (clock.monotonic() - oldest.at) / 1_000 : 0
      const readingsPerSecond = oldest && seconds >= 0.5 ? (now.received - oldest.received) / seconds : 0
      return { readingsPerSecond: Math.round(readingsPerSecond * 10) / 10, counters: now }
    },
    close: () => clearInterval(timer)
  }
}
