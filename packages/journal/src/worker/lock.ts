import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../journal-error.ts'
import { toJournalError } from './sqlite-fault.ts'

/**
 * Makes this process the journal's only writer, until the database that it returns is closed. The lock is an exclusive
 * transaction on a database of its own, so the operating system releases it however the process ends.
 * Nothing else in this process may open that file: closing any handle of it would drop the lock (POSIX).
 */
export function takeLock(file: string, folder: string): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined
  try {
    database = new DatabaseSync(file, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    const fault = toJournalError(error, `The journal's lock in ${folder} cannot be taken`)
    if (fault.code !== 'busy') throw fault
    throw new JournalError('locked', `The journal in ${folder} is open in another process`, { folder })
  }
}
