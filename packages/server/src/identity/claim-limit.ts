import { networkOf } from '@city-brain/ingest'
import type { Clock } from '@city-brain/model'

export type ClaimLimit = {
  /** Seconds to wait before this address may try again; 0 where it may now. */
  secondsToWait(address: string): number
  /** It brought a key that is none. */
  failed(address: string): void
}

const window = 5 * 60_000
const allowed = 10
/** So many addresses are remembered; the oldest are forgotten first. */
const remembered = 20_000

/** Bounds how often keys can be guessed from one address (an IPv6 network of 64 bits counts as one). Right keys count nothing: an installer claims a whole batch. */
export function createClaimLimit({ clock }: { clock: Clock }): ClaimLimit {
  const failures = new Map<string, { count: number; since: number }>()
  const current = (address: string) => {
    const found = failures.get(address)
    return found && clock.monotonic() - found.since < window ? found : undefined
  }
  return {
    secondsToWait(address) {
      const found = current(networkOf(address))
      if (!found || found.count < allowed) return 0
      return Math.ceil((found.since + window - clock.monotonic()) / 1_000)
    },
    failed(from) {
      const address = networkOf(from)
      const { count, since } = current(address) ?? { count: 0, since: clock.monotonic() }
      failures.delete(address)
      failures.set(address, { count: count + 1, since })
      const [oldest] = failures.keys()
      if (failures.size > remembered && oldest !== undefined) failures.delete(oldest)
    }
  }
}
