import type { AppendOptions, Draft, Entry, EntryKind, Journal, Snapshot, Tally } from '@city-brain/model'

/** A journal in memory with the contract of the real one, for tests of what reads it. `cut` drops entries as retention does. */
export type MemoryJournal = Journal & {
  entries: Entry[]
  snapshots: Map<string, Snapshot>
  cut(before: number): void
  /** As where the size limit is reached: what devices bring, and dead letters that no view appends, are rejected. */
  setFull(full: boolean): void
}

export function createMemoryJournal(epoch = 'epoch-1'): MemoryJournal {
  const entries: Entry[] = []
  const ids = new Set<string>()
  const snapshots = new Map<string, Snapshot>()
  const listeners = new Set<(entries: readonly Entry[]) => void>()
  const tally: Tally = { accepted: 0, rejected: 0, duplicate: 0 }
  let head = 0
  let oldest = 1
  let full = false

  function add(draft: Draft): number | undefined {
    if (draft.id !== undefined) {
      if (ids.has(draft.id)) return undefined
      ids.add(draft.id)
    }
    const { id: _, fingerprint: __, receivedAt = Date.now(), ...rest } = draft
    head++
    entries.push({ ...rest, offset: head, receivedAt } as Entry)
    return head
  }

  return {
    epoch,
    entries,
    snapshots,
    get head() {
      return head
    },
    cut(before) {
      oldest = before
      entries.splice(
        0,
        entries.findIndex(({ offset }) => offset >= before)
      )
    },
    setFull(next) {
      full = next
    },
    async append(drafts: readonly Draft[], options?: AppendOptions) {
      if (full && !options?.view) throw new Error('The journal has reached its limit')
      const before = head
      const offsets = drafts.map(add)
      for (const [name, count] of Object.entries(options?.tally ?? {})) tally[name as keyof Tally] += count
      const group = entries.filter(({ offset }) => offset > before)
      if (options?.view) {
        const { name, checkpoint, state } = options.view
        snapshots.set(name, { epoch, offset: checkpoint, state: JSON.parse(JSON.stringify(state)) })
      }
      if (group.length > 0) for (const listener of listeners) listener(group)
      return { offsets, head }
    },
    async read<K extends EntryKind = EntryKind>(after: number, limit: number, kinds?: readonly K[]) {
      const found = entries.filter(
        ({ offset, kind }) => offset > after && (!kinds || (kinds as readonly string[]).includes(kind))
      )
      return found.slice(0, limit) as Entry[] as Entry<K>[]
    },
    async readBack<K extends EntryKind = EntryKind>(query: {
      kinds: readonly K[]
      entity?: string
      before?: number
      limit: number
    }) {
      const { kinds, entity, before = Number.POSITIVE_INFINITY, limit } = query
      const found = entries.filter(
        (entry) =>
          entry.offset < before &&
          (kinds as readonly string[]).includes(entry.kind) &&
          (entity === undefined || entry.entity === entity)
      )
      return found.reverse().slice(0, limit) as Entry[] as Entry<K>[]
    },
    tail(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    snapshot: async (view) => snapshots.get(view),
    async saveSnapshot(view, offset, state) {
      snapshots.set(view, { epoch, offset, state: JSON.parse(JSON.stringify(state)) })
    },
    tally: () => ({ ...tally }),
    health: () => ({ state: 'ok', bytes: 0, limitBytes: 1, freeBytes: 1, oldest }),
    close: async () => undefined
  }
}
