import { join } from 'node:path'
import { closeReadable, openReadable } from './open-readable.ts'
import { type EarlierEpoch, readFacts } from './read-facts.ts'

export type JournalPlace = { epoch: string | undefined; earlier: EarlierEpoch[]; oldest: number; head: number }

/** Which journal lies in a folder and where it ends; a quick look. Throws a `JournalError` where it cannot be read. */
export function journalPlace(folder: string): JournalPlace {
  const database = openReadable(join(folder, 'journal.db'))
  try {
    const { epoch, earlier } = readFacts(folder, database)
    const row = database.prepare('SELECT min(offset) AS oldest, max(offset) AS head FROM entry').get()
    const { oldest, head } = row as { oldest: number | null; head: number | null }
    return { epoch, earlier, oldest: oldest ?? 0, head: head ?? 0 }
  } finally {
    closeReadable(database)
  }
}
