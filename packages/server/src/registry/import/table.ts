import type { ImportFault } from '@city-brain/model'

/** A sheet as text: the first row is the heading. Rows count as a spreadsheet counts them. */
export type Table = {
  columns: readonly string[]
  rows: readonly { row: number; cells: readonly string[] }[]
}

/** A file that cannot be read at all, or the table that is in it. */
export type ReadTable = { table: Table } | { fault: ImportFault }

/** More rows than that are no list of a city's containers. */
export const maximumRows = 20_000

/** The first row with text is the heading; empty rows are passed over, and still counted. */
export function toTable(lines: readonly (readonly string[])[], firstRow = 1): ReadTable {
  const rows = lines.map((cells, index) => ({ row: index + firstRow, cells: cells.map((cell) => cell.trim()) }))
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ''))
  const [heading, ...others] = filled
  if (heading === undefined) return { fault: { row: 1, message: 'the file is empty' } }
  if (others.length > maximumRows) {
    return { fault: { row: 1, message: `has ${others.length} rows; at most ${maximumRows} are taken at once` } }
  }
  const columns = [...heading.cells]
  while (columns.at(-1) === '') columns.pop()
  return { table: { columns, rows: others } }
}
