import type { HistoryCheckpoint, HistoryRefusal, HistoryRow } from '@city-brain/model'
import { HistoryMisconfigured } from './errors.ts'
import { refusalOf } from './row-check.ts'

/** What a write comes to, before any store is asked. */
export type PlannedWrite = {
  rows: HistoryRow[]
  refusals: HistoryRefusal[]
  /** The checkpoint once all `rows` are stored and `refusals` are refused. */
  checkpoint: HistoryCheckpoint
}

/**
 * Passes over rows that the store has already and sorts out those that no store would take. Undefined where the store
 * is at the checkpoint already.
 * @throws HistoryMisconfigured where the store has applied another journal
 */
export function planWrite(
  current: HistoryCheckpoint | undefined,
  rows: readonly HistoryRow[],
  to: { epoch: string; offset: number },
  oldest: number
): PlannedWrite | undefined {
  if (current && current.epoch !== to.epoch) {
    throw new HistoryMisconfigured(
      `The history has applied the journal of epoch ${current.epoch}, this one is of epoch ${to.epoch}`
    )
  }
  const done = current?.offset ?? 0
  if (current && to.offset <= done) return undefined
  const fresh = rows.filter(({ offset }) => offset > done && offset <= to.offset)
  const taken: HistoryRow[] = []
  const refusals: HistoryRefusal[] = []
  for (const row of fresh) {
    const reason = refusalOf(row, oldest)
    if (reason === undefined) taken.push(row)
    else refusals.push({ offset: row.offset, reason })
  }
  return {
    rows: taken,
    refusals,
    checkpoint: {
      epoch: to.epoch,
      offset: to.offset,
      stored: (current?.stored ?? 0) + taken.length,
      refused: (current?.refused ?? 0) + refusals.length
    }
  }
}
