import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../journal-error.ts'
import { EntryPacker } from '../packed-entries.ts'
import { checkContiguous, type EntryRowArray, packRow, rowColumns } from './entry-row.ts'
import type { HeadMarker } from './head-marker.ts'
import type { ViewStore } from './view-store.ts'

/** Entries at the end of the journal that are checked before it goes on from there. */
const checkedAtStart = 1_000

/** Offset of the newest entry, after the last entries were checked. Throws `damaged` where one of them is. */
export function verifyTail(database: DatabaseSyncInstance): number {
  const rows = database
    .prepare(`SELECT ${rowColumns} FROM entry ORDER BY offset DESC LIMIT ?`, { returnArrays: true })
    .all(checkedAtStart) as EntryRowArray[]
  rows.reverse()
  const packer = new EntryPacker()
  const oldest = rows[0]
  let reached = oldest === undefined ? 0 : oldest[0] - oldest[1] - 1
  for (const row of rows) {
    checkContiguous(reached, row[0], row[1])
    packRow(packer, row)
    reached = row[0]
  }
  return reached
}

/**
 * Compares the journal's end with what it had committed. Where entries are gone (the end of a write-ahead log, or an older
 * copy that was put back), it is not gone on from there: their offsets would be given out once more, and whoever has seen
 * the lost entries would take new ones for them. Throws `damaged`, which names them.
 */
export function checkEnd(options: { views: ViewStore; marker: HeadMarker; epoch: string; head: number }): void {
  const { views, marker, epoch, head } = options
  const marked = marker.read()
  const committed = Math.max(views.furthest(), marked?.epoch === epoch ? marked.head : 0)
  if (committed <= head) return
  const message = `The journal ends at ${head}, but had committed up to ${committed}: entries ${head + 1} to ${committed} are lost`
  throw new JournalError('damaged', message, { from: head + 1, to: committed, epoch })
}
