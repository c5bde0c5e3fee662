import type { Draft, Entry, EntryKind } from '../entry.ts'
import type { Tally } from '../tally.ts'

/** A view's newest snapshot: it is restored from here, and applies the journal's tail after `offset`. */
export type Snapshot = { epoch: string; offset: number; state: unknown }

export type AppendOptions = {
  /** Written in the same transaction: the view that appends, how far it has applied, and its state there. */
  view?: { name: string; checkpoint: number; state?: unknown }
  /** Fates of readings, added to the lasting totals in the same transaction. Fates without an entry (a duplicate) come with an empty batch. */
  tally?: Partial<Tally>
}

export type Appended = {
  /** Offset of each draft, in order; undefined where its id was there already and it was dropped. */
  offsets: (number | undefined)[]
  /** Offset of the newest entry of the journal after this append. */
  head: number
}

/**
 * The append-only, durable, ordered log. Offsets are strictly increasing and contiguous from 1.
 * Faults reject with a `JournalError` that bears a code; a rejected append has stored nothing.
 */
export interface Journal {
  /** New at creation and at every recovery that cut something. */
  readonly epoch: string
  /** Offset of the newest committed entry; 0 in an empty journal. */
  readonly head: number
  /** Resolves when the entries are on disk, never before. Appends are committed in the order of the calls, several in one group. */
  append(drafts: readonly Draft[], options?: AppendOptions): Promise<Appended>
  /** Entries after `offset` in order, at most `limit`; with `kinds` only those (offsets then have gaps). */
  read<K extends EntryKind = EntryKind>(after: number, limit: number, kinds?: readonly K[]): Promise<Entry<K>[]>
  /** Newest first: entries before `before` (default: all), at most `limit`, of these kinds and, where given, of this entity. */
  readBack<K extends EntryKind = EntryKind>(query: {
    kinds: readonly K[]
    entity?: string
    before?: number
    limit: number
  }): Promise<Entry<K>[]>
  /**
   * Calls the listener with each committed group, in order and without a gap from the moment of the call. Returns the end.
   * The entries come from memory and share their payloads with the drafts: nobody changes them.
   */
  tail(listener: (entries: readonly Entry[]) => void): () => void
  /**
   * A view's newest state. Whoever asks for or saves one is a known view: retention cuts nothing after the offset of its
   * newest snapshot. That holds for a store with a checkpoint of its own as well (its state may be anything).
   */
  snapshot(view: string): Promise<Snapshot | undefined>
  /** Keeps a view's state; `offset` is how far it has applied. Retention may cut what lies before. */
  saveSnapshot(view: string, offset: number, state: unknown): Promise<void>
  /** Lasting totals, as of the newest commit. */
  tally(): Tally
  health(): JournalHealth
  close(): Promise<void>
}

export type JournalHealth = {
  state: 'ok' | 'full' | 'failed'
  /** Bytes that the journal holds (space that was freed is used again), and bytes free on its disk. */
  bytes: number
  limitBytes: number
  freeBytes: number
  /** Offset of the oldest entry that is kept. */
  oldest: number
  /** Damage that a reader has come upon since the start, in words that name the offsets. */
  damage?: string
  /** How long the history store may be away at the intake of the last minutes, seconds; absent while too little is known. */
  secondsUntilFull?: number
}
