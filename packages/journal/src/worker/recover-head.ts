import { randomUUID } from 'node:crypto'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { EntryPacker } from '../packed-entries.ts'
import { checkContiguous, type EntryRowArray, packRow, rowColumns } from './entry-row.ts'
import type { HeadMarker } from './head-marker.ts'
import type { Notes } from './notes.ts'
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
 * Compares the journal's end with what it had committed. Where entries are gone, the journal goes on under a new epoch,
 * so that a history or a client which has seen them is refused instead of mistaking new entries for the lost ones.
 */
export function recoverEpoch(options: {
  database: DatabaseSyncInstance
  notes: Notes
  views: ViewStore
  marker: HeadMarker
  head: number
}): { epoch: string; lost: { from: number; to: number } | undefined } {
  const { database, notes, views, marker, head } = options
  const epoch = notes.get('epoch') as string
  const marked = marker.read()
  if (marked === undefined || marked.epoch !== epoch || marked.head <= head) return { epoch, lost: undefined }
  const next = randomUUID()
  database.exec('BEGIN IMMEDIATE')
  notes.set('epoch', next)
  views.restamp(next, head)
  database.exec('COMMIT')
  return { epoch: next, lost: { from: head + 1, to: marked.head } }
}
