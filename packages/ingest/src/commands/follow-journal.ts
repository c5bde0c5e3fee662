import type { Entry, EntryKind, Journal } from '@city-brain/model'

const page = 2_000

export interface Following {
  /** Resolves when all that was in the journal at the call has been applied. */
  readonly caughtUp: Promise<void>
  stop(): void
}

/**
 * Hands over the entries of some kinds after `offset`, in order, each once: what is there page by page, then what comes.
 * @param apply `live` is false while it catches up; `through` is how far the journal has been seen
 */
export function followJournal<const K extends EntryKind>(
  journal: Journal,
  offset: number,
  kinds: readonly K[],
  apply: (entries: readonly Entry<K>[], through: number, live: boolean) => void
): Following {
  const wanted = new Set<EntryKind>(kinds)
  let seen = offset
  let waiting: Entry[] | undefined = []
  let stopped = false

  const take = (entries: readonly (Entry | Entry<K>)[], live: boolean) => {
    const fresh = entries.filter((entry) => entry.offset > seen && wanted.has(entry.kind)) as Entry<K>[]
    seen = Math.max(seen, entries.at(-1)?.offset ?? 0)
    apply(fresh, seen, live)
  }

  // Before the first page, so that nothing falls between the pages and the tail.
  const end = journal.tail((entries) => {
    if (stopped) return
    if (waiting === undefined) take(entries, true)
    else waiting.push(...entries)
  })

  const catchUp = async () => {
    const head = journal.head
    while (!stopped && seen < head) {
      const entries = await journal.read(seen, page, kinds)
      take(entries, false)
      if (entries.length < page) {
        seen = Math.max(seen, head)
        break
      }
    }
    const held = waiting ?? []
    waiting = undefined
    if (!stopped && held.length > 0) take(held, true)
  }

  const stop = () => {
    stopped = true
    end()
  }
  const caughtUp = catchUp()
  caughtUp.catch(stop)
  return { caughtUp, stop }
}
