import type { Clock } from '@city-brain/model'

/** Wrong credentials that are looked at: at once, and then one every so many milliseconds. */
type Allowance = { burst: number; every: number }

/** A person who sets up a device mistypes a few times; a program that guesses does it without end. */
export const allowances = {
  /** One name from one address. */
  pair: { burst: 10, every: 10_000 },
  /** One address, whatever the names. */
  address: { burst: 100, every: 1_000 },
  /** One name from anywhere: once it is used up, a wrong secret costs an address its whole allowance for that name. */
  device: { burst: 1_000, every: 100 }
} as const satisfies Record<string, Allowance>

/** So many names, addresses and pairs are remembered of each; those that tried least recently are forgotten first. */
const remembered = 20_000

export type AttemptLimit = {
  /** Whether the credentials are looked at. Where not, nobody learns whether they were right. */
  admits(device: string, address: string): boolean
  failed(device: string, address: string): void
  succeeded(device: string, address: string): void
}

/**
 * Bounds how often secrets can be guessed. Only wrong ones use an allowance up, so any number of devices may reconnect from
 * one address at any pace. Nobody locks a device out from elsewhere: its name being tried from other addresses never
 * keeps its right secret from an address that is not itself throttled. From a throttled address a device that was let in
 * there before is still looked at, so that a neighbour behind the same router cannot lock it out either; only under its
 * very own name, and only while it lasts.
 * @param address what counts as one address, see `networkOf`
 */
export function createAttemptLimit({ clock }: { clock: Clock }): AttemptLimit {
  const pairs = createBuckets(allowances.pair, clock)
  const addresses = createBuckets(allowances.address, clock)
  const devices = createBuckets(allowances.device, clock)
  /** Where each device was let in last: no more of them than are registered. */
  const home = new Map<string, string>()
  const pairOf = (device: string, address: string) => `${address} ${device}`

  return {
    admits(device, address) {
      if (pairs.left(pairOf(device, address)) < 1) return false
      return home.get(device) === address || addresses.left(address) >= 1
    },
    failed(device, address) {
      const tried = devices.left(device) < 1
      devices.take(device, 1)
      addresses.take(address, 1)
      pairs.take(pairOf(device, address), tried ? allowances.pair.burst : 1)
    },
    succeeded(device, address) {
      home.set(device, address)
      pairs.forget(pairOf(device, address))
    }
  }
}

/** Token buckets by key, bounded. */
function createBuckets({ burst, every }: Allowance, clock: Clock) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  const left = (key: string): number => {
    const bucket = buckets.get(key)
    return bucket === undefined ? burst : Math.min(burst, bucket.tokens + (clock.monotonic() - bucket.at) / every)
  }
  return {
    left,
    take(key: string, tokens: number): void {
      // Attempts that were looked at side by side may take more than was left, but no debt is longer than an allowance.
      const rest = Math.max(-burst, left(key) - tokens)
      buckets.delete(key)
      buckets.set(key, { tokens: rest, at: clock.monotonic() })
      const [oldest] = buckets.size > remembered ? buckets.keys() : []
      if (oldest !== undefined) buckets.delete(oldest)
    },
    forget: (key: string): void => {
      buckets.delete(key)
    }
  }
}
