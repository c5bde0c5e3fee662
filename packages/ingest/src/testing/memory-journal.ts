import type {
  Appended,
  AppendOptions,
  Draft,
  Entry,
  EntryKind,
  Journal,
  JournalHealth,
  Snapshot
} from '@city-brain/model'

/** A journal in memory for tests, with the port's promises: appends are committed in order, one after the other, later. */
export type MemoryJournal = Journal & {
  readonly entries: readonly Entry[]
  /** How many drafts each append brought. */
  readonly batches: readonly number[]
  /** Drafts that were handed over, stored or not yet. */
  readonly offered: number
  /** Appends wait from here on, until `release`. */
  hold(): void
  release(): void
  /** The next so many appends reject, as on a full disk. */
  failNext(appends: number): void
  setState(state: JournalHealth['state']): void
  /** What is kept on disk, for a journal that is opened after a crash. */
  stored(): StoredJournal
}
export type StoredJournal = { epoch: string; entries: Entry[]; ids: Set<string>; snapshots: Map<string, Snapshot> }

export function createMemoryJournal(stored?: StoredJournal): MemoryJournal {
  const epoch = stored?.epoch ?? 'epoch-1'
  const entries = [...(stored?.entries ?? [])]
  const ids = new Set(stored?.ids)
  const snapshots = new Map(stored?.snapshots)
  const listeners = new Set<(entries: readonly Entry[]) => void>()
  const batches: number[] = []
  const tally = { accepted: 0, rejected: 0, duplicate: 0 }
  let held: Promise<void> | undefined
  let letGo: () => void = () => {}
  let failing = 0
  let offered = 0
  let state: JournalHealth['state'] = 'ok'
  let turn: Promise<unknown> = Promise.resolve()

  const commit = (drafts: readonly Draft[], options: AppendOptions): Appended => {
    if (failing > 0) {
      failing--
      throw new Error('disk full')
    }
    const offsets = drafts.map((draft) => {
      if (draft.id !== undefined && ids.has(draft.id)) return undefined
      if (draft.id !== undefined) ids.add(draft.id)
      const { id: _, receivedAt = Date.now(), ...rest } = draft
      // As on disk: what was appended cannot be changed afterwards.
      entries.push({ ...structuredClone(rest), receivedAt, offset: entries.length + 1 } as Entry)
      return entries.length
    })
    batches.push(drafts.length)
    for (const fate of ['accepted', 'rejected', 'duplicate'] as const) tally[fate] += options.tally?.[fate] ?? 0
    if (options.view) {
      const { name, checkpoint, state: viewState } = options.view
      snapshots.set(name, { epoch, offset: checkpoint, state: structuredClone(viewState) })
    }
    const fresh = entries.slice(entries.length - offsets.filter((offset) => offset !== undefined).length)
    if (fresh.length > 0) for (const listener of listeners) listener(fresh)
    return { offsets, head: entries.length }
  }

  const ofKinds = <K extends EntryKind>(kinds: readonly K[] | undefined) =>
    (kinds === undefined
      ? entries
      : entries.filter(({ kind }) => (kinds as readonly EntryKind[]).includes(kind))) as Entry<K>[]

  return {
    epoch,
    get head() {
      return entries.length
    },
    append(drafts, options = {}) {
      offered += drafts.length
      const result = turn.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        await held
        return commit(drafts, options)
      })
      turn = result.catch(() => {})
      return result
    },
    async read(after, limit, kinds) {
      return ofKinds(kinds)
        .filter(({ offset }) => offset > after)
        .slice(0, limit)
    },
    async readBack({ kinds, entity, before = Number.POSITIVE_INFINITY, limit }) {
      return ofKinds(kinds)
        .filter((entry) => entry.offset < before && (entity === undefined || entry.entity === entity))
        .reverse()
        .slice(0, limit)
    },
    tail(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async snapshot(view) {
      const found = snapshots.get(view)
      // As the real one does.
      if (found && found.epoch !== epoch) {
        throw Object.assign(new Error(`${view} is of epoch ${found.epoch}, the journal of ${epoch}`), {
          code: 'other-epoch'
        })
      }
      if (found && found.offset > entries.length) {
        throw Object.assign(new Error(`${view} stands at ${found.offset} of ${entries.length}`), { code: 'past-end' })
      }
      return found
    },
    async saveSnapshot(view, offset, value) {
      snapshots.set(view, { epoch, offset, state: structuredClone(value) })
    },
    tally: () => ({ ...tally }),
    health: () => ({ state, bytes: 0, limitBytes: 1, freeBytes: 1, oldest: 1 }),
    async close() {
      await turn
    },
    entries,
    batches,
    get offered() {
      return offered
    },
    hold() {
      held = new Promise((resolve) => {
        letGo = resolve
      })
    },
    release() {
      held = undefined
      letGo()
    },
    failNext(appends) {
      failing = appends
    },
    setState(next) {
      state = next
    },
    stored: () => ({ epoch, entries: [...entries], ids: new Set(ids), snapshots: new Map(snapshots) })
  }
}
