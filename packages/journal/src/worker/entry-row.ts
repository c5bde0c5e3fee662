import { entryChecksum } from '../checksum.ts'
import { JournalError } from '../journal-error.ts'
import type { EntryPacker } from '../packed-entries.ts'

/** An entry as the database gives it, see `rowColumns`. The payload of an entry that is not wanted is not fetched. */
export type EntryRowArray = [
  offset: number,
  hole: number,
  kind: number,
  entity: string,
  receivedAt: number,
  source: string,
  payload: string | null,
  fingerprint: number | null,
  id: string | null,
  crc: number
]
export const rowColumns = 'offset, hole, kind, entity, receivedAt, source, payload, fingerprint, id, crc'

/** The checksum of what the row holds now; it is that of its column `crc` as long as nothing was changed. */
export function checksumOf(row: EntryRowArray): number {
  const [offset, , kind, entity, receivedAt, source, payload, fingerprint, id] = row
  const text = payload ?? ''
  const body = id === null ? entity + source + text : entity + source + id + text
  const idLength = id === null ? -1 : id.length
  return entryChecksum(offset, kind, receivedAt, fingerprint ?? -1, entity.length, source.length, idLength, body)
}

/** Adds the entry to the page, or throws `damaged` where it is not what was written. */
export function packRow(page: EntryPacker, row: EntryRowArray): void {
  const [offset, , kind, entity, receivedAt, source, payload, fingerprint, id, crc] = row
  if (checksumOf(row) !== crc) {
    throw new JournalError('damaged', `Entry ${offset} of the journal is damaged: its checksum does not match`, {
      offset
    })
  }
  page.put(offset, kind, receivedAt, fingerprint ?? -1, entity, source, id ?? undefined, payload ?? '')
}

/** Throws `damaged` where entries are missing between the offset reached and the next one with the hole before it. */
export function checkContiguous(reached: number, offset: number, hole: number): void {
  const before = offset - hole - 1
  if (before <= reached && offset > reached && hole >= 0) return
  if (offset <= reached || hole < 0) {
    throw new JournalError('damaged', `The journal is damaged: entry ${offset} is out of order after ${reached}`, {
      offset
    })
  }
  throw missing(reached + 1, before)
}

export function missing(from: number, to: number): JournalError {
  return new JournalError('damaged', `The journal is damaged: entries ${from} to ${to} are missing`, { from, to })
}
