import { join } from 'node:path'
import { JournalError } from '../journal-error.ts'
import { recoverableHistory } from './history-place.ts'
import { makeDatabase } from './new-database.ts'
import { closeReadable, openReadable } from './open-readable.ts'
import { readFacts } from './read-facts.ts'
import { scanEntries } from './scan-entries.ts'

export type JournalCopy = { epoch: string; head: number; at: number | undefined; entries: number }

/**
 * Copies a journal as it stands at one offset into a new folder, entry by entry with a look at each checksum, also while a
 * city writes it: a reader holds up neither intake nor commits (meanwhile the write-ahead log grows by what comes in).
 * Throws a `JournalError`: `damaged`, since a backup of a damaged journal is none; `cut`, where retention has taken readings
 * away that the copy of the history does not have.
 * @param history how far the copy of the history has applied the journal, where it was made before
 */
export function copyJournal(options: {
  folder: string
  to: string
  history?: { offset: number }
  progress?: (offset: number, end: number) => void
}): JournalCopy {
  const { folder, to, history, progress = () => undefined } = options
  const source = openReadable(join(folder, 'journal.db'))
  try {
    source.exec('BEGIN')
    // The first statement fixes the moment that all others see.
    const { newest } = source.prepare('SELECT max(offset) AS newest FROM entry').get() as { newest: number | null }
    const facts = readFacts(folder, source)
    if (facts.faults.length > 0 || facts.epoch === undefined) {
      throw new JournalError('damaged', facts.faults[0] ?? 'The journal has no epoch')
    }
    if (history) recoverableHistory(source, facts.cut, history.offset)
    const { database, put, finish } = makeDatabase(to)
    let entries = 0
    let last: { offset: number; at: number } | undefined
    for (const { row, lost, ...scanned } of scanEntries(source, newest ?? 0)) {
      if (lost) {
        database.close()
        throw new JournalError('damaged', `Entries ${lost.from} to ${lost.to} are ${lost.why}`, {
          from: lost.from,
          to: lost.to
        })
      }
      if (row === undefined) break
      put(row, 'hole' in scanned ? scanned.hole : 0)
      last = { offset: row[0], at: row[4] }
      entries++
      if (entries % 50_000 === 0) progress(row[0], newest ?? 0)
    }
    for (const [table, columns] of [
      ['note', 'name, value, crc'],
      ['view', 'name, checkpoint, epoch, offset, state, crc']
    ] as const) {
      const marks = columns.replaceAll(/\w+/g, '?')
      const insert = database.prepare(`INSERT INTO ${table}(${columns}) VALUES (${marks})`)
      const rows = source.prepare(`SELECT ${columns} FROM ${table}`, { returnArrays: true }).all() as (
        | string
        | number
        | null
      )[][]
      for (const row of rows) insert.run(...row)
    }
    finish()
    return { epoch: facts.epoch, head: last?.offset ?? 0, at: last?.at, entries }
  } finally {
    closeReadable(source)
  }
}
