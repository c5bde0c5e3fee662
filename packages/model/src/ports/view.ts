import type { Draft, Entry, EntryKind } from '../entry.ts'

/**
 * A view of the journal: a fold of its entries. Its state is its newest snapshot plus the entries after it, so `apply`
 * must be deterministic, and takes the time from entries only. What it returns is appended in one transaction together
 * with its checkpoint. Outcomes bear an id (`rule/version/entity/causeOffset/n`), so that applying an entry twice after a
 * crash appends nothing twice.
 */
export interface View {
  readonly name: string
  /** The kinds of entry that it wants to see. */
  readonly kinds: readonly EntryKind[]
  /** With the state of the newest snapshot, or undefined at the very beginning (or after its format changed). */
  restore(state: unknown): void
  apply(entry: Entry): readonly Draft[] | undefined
  /**
   * Plain JSON: the state after the last applied entry, with its version in a number `format`. A stored state of another
   * `format` is not restored: the view is built anew from what the journal keeps.
   */
  snapshot(): unknown
}
