import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { recordChecksum } from '../checksum.ts'
import { JournalError } from '../journal-error.ts'

/** What the journal notes about itself, each a JSON value with its checksum. */
export type Notes = {
  get(name: string): unknown
  /** Inside the transaction of the caller. */
  set(name: string, value: unknown): void
}

export function createNotes(database: DatabaseSyncInstance): Notes {
  const select = database.prepare('SELECT value, crc FROM note WHERE name = ?')
  const upsert = database.prepare(
    'INSERT INTO note(name, value, crc) VALUES (?, ?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value, crc = excluded.crc'
  )
  return {
    get(name) {
      const row = select.get(name) as { value: string; crc: number } | undefined
      if (row === undefined) return undefined
      if (recordChecksum(name, row.value) !== row.crc) {
        throw new JournalError('damaged', `The journal's note "${name}" is damaged`, { note: name })
      }
      return JSON.parse(row.value)
    },
    set(name, value) {
      const text = JSON.stringify(value)
      upsert.run(name, text, recordChecksum(name, text))
    }
  }
}
