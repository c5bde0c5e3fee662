import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { createGunzip } from 'node:zlib'
import { parseInstant } from '@city-brain/model'
import type { RowFault } from './place.ts'
import { readTable } from './read-table.ts'

/** One record of a recorded feed: the free spaces of a place at a time. */
export type Record = { line: number; at: number; timestamp: string; placeId: string; free: number }

const columns = ['timestamp', 'place_id', 'free'] as const

/** The records of a readings file (CSV, or CSV in gzip), in its order. A row that cannot be used is reported and passed by. */
export async function* readRecords(file: string, report: (fault: RowFault) => void): AsyncGenerator<Record> {
  const plain = createReadStream(file)
  const source = file.endsWith('.gz') ? plain.pipe(createGunzip()) : plain
  plain.on('error', (error) => source.destroy(error))
  for await (const { line, row } of readTable(source, file, columns)) {
    const at = parseInstant(row.timestamp)
    const free = row.free === '' ? Number.NaN : Number(row.free)
    const fault = (what: string) => report(`${basename(file)}:${line}: ${what}`)
    if (at === undefined) fault(`timestamp "${row.timestamp}" is not RFC 3339`)
    else if (row.place_id === '') fault('has no place_id')
    else if (!Number.isFinite(free)) fault(`free "${row.free}" is no number`)
    else yield { line, at, timestamp: row.timestamp, placeId: row.place_id, free }
  }
}
