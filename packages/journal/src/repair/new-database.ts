import { closeSync, fsyncSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { type EntryRowArray, rowColumns } from '../worker/entry-row.ts'
import { openDatabase } from '../worker/open-database.ts'

const rowsOfOneTransaction = 5_000

/** A journal's database that is filled from another one. */
export type NewDatabase = {
  database: DatabaseSyncInstance
  /** Adds an entry as it is, with the hole before it. False where one with its offset or id is there already. */
  put(row: EntryRowArray, hole: number): boolean
  /** Everything is on disk when this returns, and the database is closed. */
  finish(): void
}

/**
 * Makes `journal.db` in a folder, as the journal itself makes it; a transaction is open. It is filled without a flush for
 * each transaction: the whole file is flushed at its end.
 */
export function makeDatabase(folder: string): NewDatabase {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'journal.db')
  openDatabase(file, () => undefined).close()
  const database = new DatabaseSync(file)
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -16000')
  const insert = database.prepare(
    `INSERT INTO entry(${rowColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
  )
  let rows = 0
  database.exec('BEGIN')
  return {
    database,
    put(row, hole) {
      const values = [...row]
      values[1] = hole
      if (insert.run(...values).changes === 0) return false
      rows++
      if (rows % rowsOfOneTransaction === 0) {
        database.exec('COMMIT')
        database.exec('BEGIN')
      }
      return true
    },
    finish() {
      database.exec('COMMIT')
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      database.close()
      // They are empty now. SQLite would remove them with its last handle, which the binding lets go of only in its own time.
      for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
      for (const path of [file, folder]) flush(path)
    }
  }
}

function flush(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
