import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { checksumOf, type EntryRowArray, rowColumns } from '../worker/entry-row.ts'
import { toJournalError } from '../worker/sqlite-fault.ts'

/**
 * A stretch of offsets of which nothing can be relied on; both ends inclusive. Where retention had cut in it, it names
 * more than was there, never less. `damaged`: entries are there, but not what was written. `unreadable`: SQLite cannot read
 * the pages. `missing`: no trace of them. `end`: the journal had committed them, but ends before.
 */
export type LostRange = {
  from: number
  to: number
  why: 'damaged' | 'unreadable' | 'missing' | 'end'
  /** When the last readable entry before and the first one after it were received, milliseconds since 1970. */
  after?: number
  before?: number
  /** Kinds (their numbers in the file) of entries that are damaged, as far as they still say one. */
  kinds: number[]
}

export type Scanned =
  | { row: EntryRowArray; hole: number; lost?: LostRange }
  /** The end of the journal. */
  | { row: undefined; lost?: LostRange }

const pageSize = 500
/** How far beyond the last offset that is known of is looked for entries behind an unreadable page. */
const lookBeyond = 1_000_000

/**
 * Every entry that is whole, in order, with the hole that retention has left before it, and what is lost before it.
 * Looks behind pages that cannot be read.
 * @param knownEnd the journal had committed so far at least
 */
export function* scanEntries(database: DatabaseSyncInstance, knownEnd: number): Generator<Scanned> {
  const select = database.prepare(`SELECT ${rowColumns} FROM entry WHERE offset > ? ORDER BY offset LIMIT ?`, {
    returnArrays: true
  })
  /** Everything up to here has been told of; entries are looked for after `cursor`. */
  let at = 0
  let cursor = 0
  let lastTime: number | undefined
  let unreadable = false
  const damaged = new Map<number, number>()

  /** Rows after an offset; undefined where SQLite cannot read them. */
  const tryRead = (after: number, limit: number): EntryRowArray[] | undefined => {
    try {
      return select.all(after, limit) as EntryRowArray[]
    } catch (error) {
      const fault = toJournalError(error, `Reading the journal after ${after}`)
      if (fault.code !== 'damaged' && fault.code !== 'failed') throw fault
      return undefined
    }
  }
  const readSome = (after: number) => tryRead(after, pageSize) ?? tryRead(after, 20) ?? tryRead(after, 1)

  const lostUntil = (to: number, before: number | undefined, otherwise: 'missing' | 'end'): LostRange | undefined => {
    const why = unreadable ? 'unreadable' : damaged.size > 0 ? 'damaged' : otherwise
    const kinds = [...damaged.values()]
    unreadable = false
    damaged.clear()
    if (to <= at) return undefined
    return {
      from: at + 1,
      to,
      why,
      kinds,
      ...(lastTime === undefined ? {} : { after: lastTime }),
      ...(before === undefined ? {} : { before })
    }
  }

  for (;;) {
    const rows = readSome(cursor)
    if (rows === undefined) {
      unreadable = true
      const next = skip(cursor)
      if (next === undefined) break
      cursor = next
      continue
    }
    if (rows.length === 0) break
    let whole = false
    for (const row of rows) {
      if (!isWhole(row) || row[0] <= at) {
        damaged.set(row[0], row[2])
        continue
      }
      whole = true
      const offset = row[0]
      // The hole before an entry is in no checksum, because it grows.
      const hole = Number.isSafeInteger(row[1]) && row[1] > 0 ? Math.min(row[1], offset - at - 1) : 0
      const lost = lostUntil(offset - hole - 1, row[4], 'missing')
      at = offset
      cursor = offset
      lastTime = row[4]
      yield { row, hole, ...(lost ? { lost } : {}) }
    }
    // A damaged entry may bear any offset: only one that can be right is gone on from.
    if (!whole) cursor = Math.max(cursor + 1, plausible(rows, cursor))
  }
  const seen = Math.max(0, ...[...damaged.keys()].filter((offset) => offset <= knownEnd + lookBeyond))
  const lost = lostUntil(Math.max(knownEnd, seen, unreadable ? at + 1 : 0), undefined, 'end')
  yield { row: undefined, ...(lost ? { lost } : {}) }

  /** The nearest place behind `from` from which SQLite can read again. */
  function skip(from: number): number | undefined {
    const end = Math.max(knownEnd, from) + lookBeyond
    let failed = from
    for (let place = from + 1; place <= end; place += Math.max(1, Math.floor((place - from) / 1_000))) {
      if (tryRead(place, 1) === undefined) {
        failed = place
        continue
      }
      let good = place
      while (good - failed > 1) {
        const middle = Math.floor((failed + good) / 2)
        if (tryRead(middle, 1) === undefined) failed = middle
        else good = middle
      }
      return good
    }
    return undefined
  }
}

/** The offset of the last row, where the rows are in order and stand close together. */
function plausible(rows: readonly EntryRowArray[], cursor: number): number {
  let last = cursor
  for (const [offset] of rows) {
    if (!Number.isSafeInteger(offset) || offset <= last || offset - last > 100_000) return last
    last = offset
  }
  return last
}

function isWhole(row: EntryRowArray): boolean {
  const [offset, , kind, entity, receivedAt, source, payload, fingerprint, id, crc] = row
  return (
    Number.isSafeInteger(offset) &&
    offset > 0 &&
    Number.isSafeInteger(kind) &&
    typeof entity === 'string' &&
    typeof receivedAt === 'number' &&
    typeof source === 'string' &&
    typeof payload === 'string' &&
    (fingerprint === null || typeof fingerprint === 'number') &&
    (id === null || typeof id === 'string') &&
    checksumOf(row) === crc
  )
}
