import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../journal-error.ts'
import { checkFormat } from '../worker/open-database.ts'
import { toJournalError } from '../worker/sqlite-fault.ts'

/**
 * Opens a journal's database to look at it, without changing a byte of its entries; also beside the city that writes it.
 * Throws a `JournalError`: `damaged` where nothing of it can be read, `unknown-format`, `unwritable`.
 */
export function openReadable(file: string): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    // Without it SQLite refuses a file that was cut short as a whole, also the pages that are there.
    database.enableDefensive(false)
    database.exec('PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY')
    if (checkFormat(database, file)) throw new JournalError('damaged', `${file} is empty`)
    return database
  } catch (error) {
    database?.close()
    throw toJournalError(error, `The journal ${file} cannot be read`)
  }
}

/** Ends it at once: a transaction that is only closed holds up the checkpoints of a running city until it is collected. */
export function closeReadable(database: DatabaseSyncInstance): void {
  if (database.isTransaction) database.exec('ROLLBACK')
  database.close()
}
