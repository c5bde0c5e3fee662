import type { Readable } from 'node:stream'
import { parse } from 'csv-parse'

/**
 * The rows of a CSV file with a header line, one at a time, with their line numbers.
 * Throws where a column is missing, or where the file is no CSV; the message names file and line.
 */
export async function* readTable<C extends string>(
  source: Readable,
  file: string,
  columns: readonly C[]
): AsyncGenerator<{ line: number; row: Record<C, string> }> {
  const rows = source.pipe(parse({ columns: true, info: true, bom: true, trim: true, skip_empty_lines: true }))
  // A file that cannot be read fails the parser, so that whoever iterates hears of it.
  source.on('error', (error) => rows.destroy(error))
  let checked = false
  try {
    for await (const { info, record } of rows as AsyncIterable<{
      info: { lines: number }
      record: Record<C, string>
    }>) {
      if (!checked) {
        const missing = columns.filter((column) => !(column in record))
        if (missing.length > 0) throw new Error(`has no column ${missing.join(', ')}`)
        checked = true
      }
      yield { line: info.lines, row: record }
    }
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error })
  }
}
