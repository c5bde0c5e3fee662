import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { EntryPacker } from '../packed-entries.ts'
import type { PageAnswer } from '../protocol.ts'
import { checkContiguous, type EntryRowArray, missing, packRow, rowColumns } from './entry-row.ts'
import { indexedKinds, unindexedKinds } from './open-database.ts'

/** Rows that one call looks at, at most: commits wait for it. */
const scanRows = 500
const filteredScanRows = 4_000

export type EntryReader = {
  /** Entries after `after` up to `through`, in order; the first page of them. */
  forward(query: { after: number; through: number; limit: number; kinds: number[] | undefined }): PageAnswer
  /** Entries before `before`, newest first; the first page of them. `reached` is the offset to go on before. */
  back(query: { before: number; limit: number; kinds: number[]; entity: string | undefined }): PageAnswer
}

const asArrays = { returnArrays: true }

export function createEntryReader(database: DatabaseSyncInstance): EntryReader {
  const whole = database.prepare(`SELECT ${rowColumns} FROM entry WHERE offset > ? ORDER BY offset LIMIT ?`, asArrays)
  // A row that is not wanted is looked at, so that a missing one is noticed, but its payload stays where it is.
  const filtered = database.prepare(
    `SELECT ${rowColumns.replace('payload', 'CASE WHEN (?1 >> kind) & 1 THEN payload END')}
     FROM entry WHERE offset > ?2 ORDER BY offset LIMIT ?3`,
    asArrays
  )
  const ofKind = database.prepare(
    `SELECT ${rowColumns} FROM entry WHERE kind = ? AND ${indexedKinds} AND offset > ? AND offset <= ? ORDER BY offset LIMIT ?`,
    asArrays
  )
  const backOfKind = database.prepare(
    `SELECT ${rowColumns} FROM entry WHERE kind = ? AND ${indexedKinds} AND offset < ? ORDER BY offset DESC LIMIT ?`,
    asArrays
  )
  const backOfEntity = database.prepare(
    `SELECT ${rowColumns} FROM entry WHERE entity = ? AND kind = ? AND ${indexedKinds} AND offset < ?
     ORDER BY offset DESC LIMIT ?`,
    asArrays
  )
  const backScan = database.prepare(
    `SELECT ${rowColumns.replace('payload', 'CASE WHEN (?1 >> kind) & 1 AND (?2 IS NULL OR entity = ?2) THEN payload END')}
     FROM entry WHERE offset < ?3 ORDER BY offset DESC LIMIT ?4`,
    asArrays
  )

  const page = (rows: readonly EntryRowArray[], reached: number): PageAnswer => {
    const packer = new EntryPacker()
    for (const row of rows) packRow(packer, row)
    return { entries: packer.take(), reached }
  }

  /** Looks at every entry in turn, so it notices any that is missing. */
  const scan = (after: number, through: number, limit: number, kinds: number[] | undefined): PageAnswer => {
    const rows = (
      kinds === undefined
        ? whole.all(after, Math.min(limit, scanRows))
        : filtered.all(maskOf(kinds), after, filteredScanRows)
    ) as EntryRowArray[]
    const packer = new EntryPacker()
    let reached = after
    for (const row of rows) {
      const [offset, hole] = row
      if (packer.count === limit) break
      checkContiguous(reached, offset, hole)
      if (offset > through) {
        reached = through
        break
      }
      if (row[6] !== null) packRow(packer, row)
      reached = offset
    }
    // The newest entry is never cut, so a scan that finds nothing more before it has lost something.
    if (reached === after && after < through && rows.length === 0) throw missing(after + 1, through)
    return { entries: packer.take(), reached }
  }

  const indexed = (kinds: readonly number[]) => kinds.every((kind) => !unindexedKinds.has(kind))

  return {
    forward({ after, through, limit, kinds }) {
      if (kinds === undefined || !indexed(kinds)) return scan(after, through, limit, kinds)
      const wanted = Math.min(limit, scanRows)
      const rows = kinds.flatMap((kind) => ofKind.all(kind, after, through, wanted) as EntryRowArray[])
      const first = rows.sort((a, b) => a[0] - b[0]).slice(0, wanted)
      return page(first, first.length < wanted ? through : (first.at(-1)?.[0] ?? through))
    },
    back({ before, limit, kinds, entity }) {
      if (indexed(kinds)) {
        const wanted = Math.min(limit, scanRows)
        const rows = kinds.flatMap(
          (kind) =>
            (entity === undefined
              ? backOfKind.all(kind, before, wanted)
              : backOfEntity.all(entity, kind, before, wanted)) as EntryRowArray[]
        )
        const newest = rows.sort((a, b) => b[0] - a[0]).slice(0, wanted)
        return page(newest, newest.length < wanted ? 0 : (newest.at(-1)?.[0] ?? 0))
      }
      const rows = backScan.all(maskOf(kinds), entity ?? null, before, filteredScanRows) as EntryRowArray[]
      const packer = new EntryPacker()
      let reached = before
      for (const row of rows) {
        if (packer.count === limit) break
        if (row[6] !== null) packRow(packer, row)
        reached = row[0]
      }
      return { entries: packer.take(), reached: rows.length === 0 ? 0 : reached }
    }
  }
}

/** A bit for each kind. */
function maskOf(kinds: readonly number[]): number {
  return kinds.reduce((mask, kind) => mask | (1 << kind), 0)
}
