import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { ResolvedLimits } from '../limits.ts'
import type { KindTable, RetentionGroup } from '../protocol.ts'
import type { Notes } from './notes.ts'
import { indexedKinds } from './open-database.ts'
import { type CutCandidate, planCut } from './plan-cut.ts'

/** Entries that one step looks at, at most: commits wait for it. */
const stepRows = 1_000
const day = 86_400_000

export type Retention = {
  /**
   * One small step, in a transaction of its own.
   * @param floor nothing after it is cut
   * @param squeeze cut telemetry whatever its age, since space runs out
   * @returns entries cut; 0 where there is nothing to do
   */
  step(situation: { now: number; head: number; floor: number; squeeze: boolean }): number
  /** Something may be gone up to here, nothing after it. */
  cutThrough(): number
  /** To be told of dead letters that were appended, inside the transaction. */
  addDeadLetterBytes(bytes: number): void
  /** After a transaction was rolled back: what was counted in it is forgotten. */
  reload(): void
}

export function createRetention(options: {
  database: DatabaseSyncInstance
  notes: Notes
  limits: ResolvedLimits
  kinds: KindTable
}): Retention {
  const { database, notes, limits, kinds } = options
  const asArrays = { returnArrays: true }
  const scan = database.prepare(
    'SELECT offset, hole, kind, receivedAt FROM entry WHERE offset > ? AND offset <= ? ORDER BY offset LIMIT ?',
    asArrays
  )
  const deadLetters = database.prepare(
    `SELECT offset, hole, kind, receivedAt, length(payload) FROM entry
     WHERE kind = ${kinds.deadLetter} AND ${indexedKinds} AND offset <= ? ORDER BY offset LIMIT ?`,
    asArrays
  )
  const newerOfKind = database.prepare(
    `SELECT 1 FROM entry WHERE entity = ? AND kind = ? AND ${indexedKinds} AND offset > ? LIMIT 1`
  )
  const entityOf = database.prepare('SELECT entity FROM entry WHERE offset = ?')
  const after = database.prepare('SELECT offset, hole FROM entry WHERE offset > ? ORDER BY offset LIMIT 1')
  const oldest = database.prepare('SELECT receivedAt FROM entry WHERE offset > ? ORDER BY offset LIMIT 1')
  const holeOf = database.prepare('SELECT hole FROM entry WHERE offset = ?')
  const setHole = database.prepare('UPDATE entry SET hole = ? WHERE offset = ?')
  const remove = database.prepare('DELETE FROM entry WHERE offset = ?')
  const removeRange = database.prepare('DELETE FROM entry WHERE offset BETWEEN ? AND ?')

  let through: Record<RetentionGroup, number> = { telemetry: 0, 'dead-letter': 0, audit: 0 }
  let deadLetterBytes = 0
  const reload = () => {
    through = { ...through, ...(notes.get('cut') as Partial<Record<RetentionGroup, number>> | undefined) }
    deadLetterBytes = (notes.get('deadLetterBytes') as number | undefined) ?? 0
  }
  reload()

  const isNewestOfItsKind = (row: CutCandidate): boolean => {
    const { entity } = entityOf.get(row.offset) as { entity: string }
    return newerOfKind.get(entity, row.kind, row.offset) === undefined
  }

  /** Whole stretches of the log at a time. */
  const cutGroup = (group: 'telemetry' | 'audit', last: number, before: number): number => {
    // Most often there is nothing to do, and one row says so.
    const eldest = oldest.get(through[group]) as { receivedAt: number } | undefined
    if (eldest === undefined || eldest.receivedAt > before) return 0
    const rows = (scan.all(through[group], last, stepRows) as [number, number, number, number][]).map(
      ([offset, hole, kind, receivedAt]) => ({ offset, hole, kind, receivedAt })
    )
    const final = rows.at(-1)
    if (final === undefined) return 0
    const next = after.get(final.offset) as { offset: number; hole: number } | undefined
    const plan = planCut(rows, next, (row) => {
      // Whatever its group: what comes after a young entry is hardly older.
      if (row.receivedAt > before) return 'stop'
      if (kinds.groups[row.kind] !== group) return 'keep'
      return kinds.keepNewest.includes(row.kind) && isNewestOfItsKind(row) ? 'keep' : 'cut'
    })
    if (plan.through <= through[group]) return 0
    for (const { from, to } of plan.ranges) removeRange.run(from, to)
    for (const { offset, hole } of plan.holes) setHole.run(hole, offset)
    through[group] = plan.through
    return Math.max(plan.cut, 1)
  }

  /** Dead letters lie scattered and are taken one by one, oldest first: those too old, and those over the quota. */
  const cutDeadLetters = (last: number, before: number): number => {
    if (deadLetterBytes <= 0) return 0
    const rows = deadLetters.all(last, stepRows / 4) as [number, number, number, number, number][]
    let cut = 0
    for (const [offset, , , receivedAt, bytes] of rows) {
      if (receivedAt > before && deadLetterBytes <= limits.deadLetterBytes) break
      const { hole } = holeOf.get(offset) as { hole: number }
      const next = after.get(offset) as { offset: number; hole: number }
      remove.run(offset)
      setHole.run(next.hole + hole + 1, next.offset)
      deadLetterBytes = Math.max(0, deadLetterBytes - bytes)
      through['dead-letter'] = Math.max(through['dead-letter'], offset)
      cut++
    }
    return cut
  }

  return {
    step({ now, head, floor, squeeze }) {
      // The newest entry always stays: the next offset follows from it.
      const last = Math.min(floor, head - 1)
      if (last <= 0) return 0
      const readingsBefore = now - limits.readingDays * day
      database.exec('BEGIN IMMEDIATE')
      try {
        let cut = cutDeadLetters(last, readingsBefore)
        if (cut === 0) cut = cutGroup('telemetry', last, squeeze ? Number.MAX_SAFE_INTEGER : readingsBefore)
        if (cut === 0) cut = cutGroup('audit', last, now - limits.auditDays * day)
        if (cut > 0) {
          notes.set('cut', through)
          notes.set('deadLetterBytes', deadLetterBytes)
        }
        database.exec('COMMIT')
        return cut
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK')
        reload()
        throw error
      }
    },
    cutThrough: () => Math.max(...Object.values(through)),
    addDeadLetterBytes(bytes) {
      deadLetterBytes += bytes
      notes.set('deadLetterBytes', deadLetterBytes)
    },
    reload
  }
}
