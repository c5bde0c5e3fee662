import type { HistoryRow } from '@city-brain/model'

/**
 * What InfluxDB's words against a batch say of which rows are guilty. They name one fault and not every line, but a fault
 * of a whole attribute (another program has made it a text) or of everything older than the retention takes half of
 * every batch: halving alone would then ask thousands of times for a batch. It is a suspicion only: each part is written
 * again and judged by the answer.
 * @returns the rows in two parts, the suspects first; undefined where the words say nothing that would part them
 */
export function partBySuspicion(
  rows: readonly HistoryRow[],
  words: string,
  dropped: number | undefined
): [HistoryRow[], HistoryRow[]] | undefined {
  const conflict = /field type conflict: input field "(.+?)" on measurement "(.+?)"/.exec(words)
  if (conflict) {
    const [, field = '', measurement] = conflict
    return part(rows, (row) => row.type === measurement && Object.hasOwn(row.values, field))
  }
  // A retention drops what is oldest.
  if (dropped !== undefined && /retention/.test(words)) {
    const oldest = new Set([...rows].sort((a, b) => a.dateObserved - b.dateObserved).slice(0, dropped))
    return part(rows, (row) => oldest.has(row))
  }
  return undefined
}

function part(
  rows: readonly HistoryRow[],
  isSuspect: (row: HistoryRow) => boolean
): [HistoryRow[], HistoryRow[]] | undefined {
  const suspects = rows.filter(isSuspect)
  if (suspects.length === 0 || suspects.length === rows.length) return undefined
  return [suspects, rows.filter((row) => !isSuspect(row))]
}
