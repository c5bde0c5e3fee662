import type { HistoryRefusal, HistoryRow } from '@city-brain/model'

const hour = 3_600_000

/** A whole hour lately: within the retention of a real server, whose clock cannot be set. */
export const base = Math.floor(Date.now() / hour) * hour - 6 * hour

export function detector(
  offset: number,
  at: number,
  values: HistoryRow['values'],
  more: Partial<HistoryRow> = {}
): HistoryRow {
  return { offset, entity: 'det-1', type: 'TrafficFlowObserved', dateObserved: at, values, ...more }
}

export const nothingRefused = async (refusals: readonly HistoryRefusal[]): Promise<void> => {
  throw new Error(`Refused: ${JSON.stringify(refusals)}`)
}
