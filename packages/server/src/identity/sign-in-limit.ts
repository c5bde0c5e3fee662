import { networkOf } from '@city-brain/ingest'
import type { Clock } from '@city-brain/model'

export type SignInLimit = {
  /** Seconds to wait before this name may be tried from this address again; 0 where it may be now. */
  secondsToWait(name: string, address: string): number
  /** Counts one attempt. Counting before the password is checked keeps parallel attempts from slipping through. */
  attempt(name: string, address: string): void
  /** The right password was given: the name's attempts from this address are forgotten. */
  succeeded(name: string, address: string): void
}

/** Attempts in a window. A name is bounded over all addresses too, but wider, so that nobody is easily locked out by others. */
const window = 5 * 60_000
const allowed = { nameAndAddress: 5, address: 30, name: 60 }
/** So many keys are remembered; the oldest are forgotten first. */
const maximumKeys = 20_000

type Count = { attempts: number; since: number }

/** Bounds how often passwords can be guessed, by name and by address (an IPv6 network of 64 bits counts as one). */
export function createSignInLimit({ clock }: { clock: Clock }): SignInLimit {
  const counts = new Map<string, Count>()
  const keys = (name: string, address: string): [string, number][] => [
    [`both ${networkOf(address)} ${name}`, allowed.nameAndAddress],
    [`address ${networkOf(address)}`, allowed.address],
    [`name ${name}`, allowed.name]
  ]
  const current = (key: string): Count | undefined => {
    const count = counts.get(key)
    return count && clock.monotonic() - count.since < window ? count : undefined
  }

  return {
    secondsToWait(name, address) {
      const waits = keys(name, address).map(([key, most]) => {
        const count = current(key)
        return count && count.attempts >= most ? count.since + window - clock.monotonic() : 0
      })
      return Math.ceil(Math.max(...waits) / 1000)
    },
    attempt(name, address) {
      for (const [key] of keys(name, address)) {
        const count = current(key) ?? { attempts: 0, since: clock.monotonic() }
        counts.delete(key)
        counts.set(key, { ...count, attempts: count.attempts + 1 })
      }
      for (const key of counts.keys()) {
        if (counts.size <= maximumKeys) break
        counts.delete(key)
      }
    },
    succeeded(name, address) {
      counts.delete(`both ${networkOf(address)} ${name}`)
    }
  }
}
