import { type HistoryRow, type ReadingType, readingTypes } from '@city-brain/model'
import { attributeKinds } from '../row-check.ts'
import type { Batch } from './protocol.ts'

/** Rows column by column, a batch for each type that occurs. They have passed `refusalOf`. */
export function encodeBatches(rows: readonly HistoryRow[]): Batch[] {
  const byType = new Map<ReadingType, HistoryRow[]>()
  for (const row of rows) {
    const there = byType.get(row.type)
    if (there) there.push(row)
    else byType.set(row.type, [row])
  }
  return readingTypes.flatMap((type) => {
    const own = byType.get(type)
    return own ? [encode(type, own)] : []
  })
}

function encode(type: ReadingType, rows: readonly HistoryRow[]): Batch {
  const kinds = attributeKinds.get(type) as ReadonlyMap<string, string>
  const count = rows.length
  const places = new Map<string, number>()
  const batch: Batch = {
    type,
    count,
    entities: [],
    entity: new Uint32Array(count),
    time: new BigInt64Array(count),
    offset: new BigInt64Array(count),
    numbers: {},
    booleans: {},
    texts: {}
  }
  for (let i = 0; i < count; i++) {
    const row = rows[i] as HistoryRow
    let place = places.get(row.entity)
    if (place === undefined) {
      place = batch.entities.push(row.entity) - 1
      places.set(row.entity, place)
    }
    batch.entity[i] = place
    batch.time[i] = BigInt(row.dateObserved)
    batch.offset[i] = BigInt(row.offset)
    if (row.flags && row.flags.length > 0) {
      batch.flags ??= new Array<string | null>(count).fill(null)
      batch.flags[i] = row.flags.join(',')
    }
    for (const name in row.values) {
      const value = row.values[name]
      switch (kinds.get(name)) {
        case 'number':
          batch.numbers[name] ??= new Float64Array(count).fill(Number.NaN)
          ;(batch.numbers[name] as Float64Array)[i] = value as number
          break
        case 'boolean':
          batch.booleans[name] ??= new Uint8Array(count).fill(2)
          ;(batch.booleans[name] as Uint8Array)[i] = value ? 1 : 0
          break
        default:
          batch.texts[name] ??= new Array<string | null>(count).fill(null)
          ;(batch.texts[name] as (string | null)[])[i] = typeof value === 'string' ? value : JSON.stringify(value)
      }
    }
  }
  return batch
}

/** The memory that is moved to the worker rather than copied. */
export function transferablesOf(batches: readonly Batch[]): ArrayBuffer[] {
  return batches.flatMap((batch) =>
    [batch.entity, batch.time, batch.offset, ...Object.values(batch.numbers), ...Object.values(batch.booleans)].map(
      (array) => array.buffer as ArrayBuffer
    )
  )
}
