import { join } from 'node:path'
import { type EntryKind, entryKinds } from '@city-brain/model'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { formatVersion } from '../worker/open-database.ts'
import { closeReadable, openReadable } from './open-readable.ts'
import { type EarlierEpoch, type Gone, ownStores, readFacts, type StorePlace, type ViewFacts } from './read-facts.ts'
import { type LostRange, scanEntries } from './scan-entries.ts'

export type JournalCheck = {
  format: number
  epoch: string | undefined
  earlier: EarlierEpoch[]
  /** The oldest and the newest entry that are whole; absent in an empty journal. `at` in milliseconds since 1970. */
  first?: { offset: number; at: number }
  last?: { offset: number; at: number }
  /** Entries that are whole, by kind. */
  kinds: Partial<Record<EntryKind, number>>
  lost: LostRange[]
  /** What earlier salvages could not bring over; no fault of now. */
  gone: Gone[]
  views: ViewFacts[]
  /** Everything else that is wrong, a line each: records, indexes, views beyond the end. */
  faults: string[]
  clean: boolean
}

/** Lines of SQLite's own check that are passed on. */
const mostLines = 20

/**
 * Looks at every entry, record and index of the journal in a folder, and changes nothing. Works also beside the city that
 * runs on it, and then looks at one moment of it.
 * Throws a `JournalError` where nothing of it can be read.
 * @param stores history stores: the journal had committed at least as far as they have applied it
 * @param progress told the offset that was reached, now and then
 */
export function checkJournal(options: {
  folder: string
  stores?: readonly StorePlace[]
  progress?: (offset: number, end: number) => void
}): JournalCheck {
  const { folder, stores = [], progress = () => undefined } = options
  const database = openReadable(join(folder, 'journal.db'))
  try {
    database.exec('BEGIN')
    const { epoch, earlier, gone, views, knownEnd, faults } = readFacts(folder, database)
    const own = ownStores(stores, epoch)
    const end = Math.max(knownEnd, own[0]?.offset ?? 0)
    const check: JournalCheck = {
      format: formatVersion,
      epoch,
      earlier,
      kinds: {},
      lost: [],
      gone,
      views,
      faults: epoch === undefined ? [...faults, 'It has no epoch'] : faults,
      clean: false
    }
    let count = 0
    for (const { row, lost } of scanEntries(database, end)) {
      if (lost) check.lost.push(lost)
      if (row === undefined) break
      const kind = entryKinds[row[2]]
      if (kind === undefined) check.faults.push(`Entry ${row[0]} is of a kind that this version does not know`)
      else check.kinds[kind] = (check.kinds[kind] ?? 0) + 1
      if (row[1] < 0) check.faults.push(`Entry ${row[0]} has a hole of less than nothing before it`)
      check.last = { offset: row[0], at: row[4] }
      check.first ??= check.last
      count++
      if (count % 50_000 === 0) progress(row[0], end)
    }
    const last = check.last?.offset ?? 0
    for (const { name, checkpoint } of views) {
      if (checkpoint > last)
        check.faults.push(`View "${name}" has applied up to ${checkpoint}, but the journal ends at ${last}`)
    }
    for (const { who, offset } of own) {
      if (offset > last) check.faults.push(`${who} has applied up to ${offset}, but the journal ends at ${last}`)
    }
    check.faults.push(...integrity(database))
    return { ...check, clean: check.lost.length === 0 && check.faults.length === 0 }
  } finally {
    closeReadable(database)
  }
}

/** What SQLite says of its own pages and indexes. */
function integrity(database: DatabaseSyncInstance): string[] {
  try {
    const rows = database.prepare(`PRAGMA integrity_check(${mostLines})`).all() as { integrity_check: string }[]
    return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok')
  } catch (error) {
    return [`SQLite cannot check it: ${(error as Error).message}`]
  }
}
