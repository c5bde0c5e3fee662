import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import { entryChecksum } from '../checksum.ts'
import { field, fieldCount, type PackedEntries } from '../packed-entries.ts'

export type Inserted = {
  /** Offset after the newest entry. */
  next: number
  /** Places in the group of entries whose id was there already. */
  dropped: number[] | undefined
}

const columns = 'offset, kind, entity, receivedAt, source, payload, fingerprint, crc'
const valuesPerRow = 7
/** Rows of one statement, largest first: binding and stepping one row at a time costs twice as much. */
const blockSizes = [16, 4, 1] as const

/** Writes entries with the offsets from `first` on, inside the transaction of the caller. */
export function createInserter(database: DatabaseSyncInstance): (entries: PackedEntries, first: number) => Inserted {
  const blocks = blockSizes.map((rows) => ({
    rows,
    values: new Array<string | number | null>(1 + rows * valuesPerRow),
    statement: database.prepare(
      `INSERT INTO entry(${columns}) VALUES ${Array.from({ length: rows }, (_, row) => `(?1 + ${row}, ?, ?, ?, ?, ?, ?, ?)`).join(', ')}`
    )
  }))
  const withId: StatementSyncInstance = database.prepare(
    `INSERT INTO entry(${columns}, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) WHERE id IS NOT NULL DO NOTHING`
  )

  return ({ count, numbers, text }, first) => {
    let next = first
    let from = 0
    let dropped: number[] | undefined
    let index = 0

    /** The values of the entry at `index`, from `at` on, except for its offset. */
    const fill = (values: (string | number | null)[], at: number, offset: number): string | undefined => {
      const base = index * fieldCount
      const kind = numbers[base + field.kind] as number
      const receivedAt = numbers[base + field.receivedAt] as number
      const fingerprint = numbers[base + field.fingerprint] as number
      const entityLength = numbers[base + field.entityLength] as number
      const sourceLength = numbers[base + field.sourceLength] as number
      const idLength = numbers[base + field.idLength] as number
      const source = from + entityLength
      const id = source + sourceLength
      const payload = idLength > 0 ? id + idLength : id
      const end = payload + (numbers[base + field.payloadLength] as number)
      values[at] = kind
      values[at + 1] = text.slice(from, source)
      values[at + 2] = receivedAt
      values[at + 3] = text.slice(source, id)
      values[at + 4] = text.slice(payload, end)
      values[at + 5] = fingerprint < 0 ? null : fingerprint
      values[at + 6] = entryChecksum(
        offset,
        kind,
        receivedAt,
        fingerprint,
        entityLength,
        sourceLength,
        idLength,
        text.slice(from, end)
      )
      from = end
      index++
      return idLength < 0 ? undefined : text.slice(id, payload)
    }

    /** How many entries without an id follow, at most `limit`. */
    const plainRun = (limit: number): number => {
      let run = 0
      while (run < limit && index + run < count) {
        if ((numbers[(index + run) * fieldCount + field.idLength] as number) >= 0) break
        run++
      }
      return run
    }

    while (index < count) {
      const run = plainRun(blockSizes[0])
      if (run === 0) {
        const values: (string | number | null)[] = [next]
        const id = fill(values, 1, next)
        if (withId.run(...values, id).changes === 0) {
          dropped ??= []
          dropped.push(index - 1)
        } else next++
        continue
      }
      const block = blocks.find(({ rows }) => rows <= run)
      if (block === undefined) throw new Error('No block is as small as one row')
      block.values[0] = next
      for (let row = 0; row < block.rows; row++) fill(block.values, 1 + row * valuesPerRow, next++)
      block.statement.run(...block.values)
    }
    return { next, dropped }
  }
}
