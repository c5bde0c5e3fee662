import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  VARCHAR
} from '@duckdb/node-api'
import type { Batch } from './protocol.ts'

/** A chunk holds no more rows than DuckDB's vectors. */
const chunkRows = 2_048

const duckTypes: Record<string, DuckDBType> = { BIGINT, INTEGER, DOUBLE, BOOLEAN, VARCHAR }

/** Appends a batch within the connection's open transaction. `columns`: those of the table, in their order, with their types. */
export async function appendBatch(
  connection: DuckDBConnection,
  columns: ReadonlyMap<string, string>,
  batch: Batch,
  idOf: (entity: string) => number
): Promise<void> {
  const ids = batch.entities.map(idOf)
  const names = [...columns.keys()]
  const types = [...columns.values()].map((type) => duckTypes[type] as DuckDBType)
  const appender = await connection.createAppender(batch.type)
  try {
    for (let from = 0; from < batch.count; from += chunkRows) {
      const to = Math.min(from + chunkRows, batch.count)
      const chunk = DuckDBDataChunk.create(types, to - from)
      names.forEach((name, column) => {
        chunk.setColumnValues(column, valuesOf(batch, name, ids, from, to))
      })
      appender.appendDataChunk(chunk)
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}

function valuesOf(batch: Batch, name: string, ids: readonly number[], from: number, to: number): DuckDBValue[] {
  switch (name) {
    case 'time':
      return Array.from(batch.time.subarray(from, to))
    case 'offset':
      return Array.from(batch.offset.subarray(from, to))
    case 'entity':
      return Array.from(batch.entity.subarray(from, to), (place) => ids[place] as number)
    case 'flags':
      return batch.flags?.slice(from, to) ?? nulls(to - from)
  }
  const numbers = batch.numbers[name]
  if (numbers) return Array.from(numbers.subarray(from, to), (value) => (Number.isNaN(value) ? null : value))
  const booleans = batch.booleans[name]
  if (booleans) return Array.from(booleans.subarray(from, to), (value) => (value === 2 ? null : value === 1))
  return batch.texts[name]?.slice(from, to) ?? nulls(to - from)
}

const nulls = (count: number): null[] => new Array<null>(count).fill(null)
