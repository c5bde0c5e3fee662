import { CsvError, parse } from 'csv-parse/sync'
import { type ReadTable, toTable } from './table.ts'

const delimiters = [',', ';', '\t'] as const

/**
 * A CSV file [RFC 4180] as people's programs write it: UTF-8 with or without a mark, separated by comma, semicolon or tab
 * (whichever the heading has most of), with Excel's `sep=;` line or without.
 */
export function readCsv(bytes: Buffer): ReadTable {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { fault: { row: 1, message: 'the file is not UTF-8; save it as "CSV UTF-8"' } }
  }
  const named = /^sep=(.)\r?\n/.exec(text)
  const body = named ? text.slice(named[0].length) : text
  const delimiter = named?.[1] ?? mostFrequent(body.slice(0, body.search(/\r|\n|$/)))
  try {
    const lines = parse(body, { delimiter, relax_column_count: true, max_record_size: 100_000 })
    return toTable(lines, named ? 2 : 1)
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    const row = Number((error as { lines?: unknown }).lines ?? 1)
    return { fault: { row, message: `is no CSV: ${error.message}` } }
  }
}

function mostFrequent(heading: string): string {
  const plain = heading.replace(/"[^"]*"/g, '')
  const count = (delimiter: string) => plain.split(delimiter).length
  return delimiters.reduce((best, next) => (count(next) > count(best) ? next : best))
}
