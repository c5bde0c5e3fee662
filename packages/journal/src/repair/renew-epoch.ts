import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { JournalError } from '../journal-error.ts'
import { openHeadMarker } from '../worker/head-marker.ts'
import { takeLock } from '../worker/lock.ts'
import { createNotes } from '../worker/notes.ts'
import { openDatabase } from '../worker/open-database.ts'
import { verifyTail } from '../worker/recover-head.ts'
import { createViewStore } from '../worker/view-store.ts'
import type { EarlierEpoch } from './read-facts.ts'

/**
 * Begins a new epoch at the end of a journal that was put back from a copy: what came after the copy was made is cut, and
 * whoever has seen it must not take new entries for it. Snapshots of views agree with the copy and stay, except for outlets.
 * @param outlets views that must not go on where they were: what they had under way may have been done since
 */
export function renewEpoch(options: { folder: string; outlets: readonly string[] }): {
  epoch: string
  earlier: EarlierEpoch
} {
  const { folder, outlets } = options
  const lock = takeLock(join(folder, 'lock.db'), folder)
  try {
    const file = join(folder, 'journal.db')
    const database = openDatabase(file, () => {
      throw new JournalError('damaged', `${file} is empty or gone`)
    })
    try {
      const head = verifyTail(database)
      const notes = createNotes(database)
      const earlier: EarlierEpoch = { epoch: notes.get('epoch') as string, through: head }
      const epoch = randomUUID()
      database.exec('BEGIN IMMEDIATE')
      notes.set('epoch', epoch)
      notes.set('earlier', [...((notes.get('earlier') as EarlierEpoch[] | undefined) ?? []), earlier])
      createViewStore(database).restamp(epoch, outlets)
      database.exec('COMMIT')
      const marker = openHeadMarker(join(folder, 'head'))
      marker.write(epoch, head)
      marker.close()
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      return { epoch, earlier }
    } finally {
      database.close()
    }
  } finally {
    lock.close()
  }
}
