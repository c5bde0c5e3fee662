import type { HistoryAnswer, HistoryCheckpoint, HistoryRow, ReadingType } from '@city-brain/model'
import type { QueryPlan } from '../plan-query.ts'

/**
 * Rows of one type, column by column: cheap to hand to another thread (the arrays of numbers are moved, not copied) and
 * already in the shape in which DuckDB takes them.
 */
export type Batch = {
  type: ReadingType
  count: number
  /** The entities that occur, and for each row the place of its entity among them. */
  entities: string[]
  entity: Uint32Array
  time: BigInt64Array
  offset: BigInt64Array
  /** Comma-separated, null where there are none; absent where no row has any. */
  flags?: (string | null)[]
  /** Only attributes that occur. Absent numbers are NaN, absent booleans 2; lists are JSON. */
  numbers: Record<string, Float64Array>
  booleans: Record<string, Uint8Array>
  texts: Record<string, (string | null)[]>
}

export type WriteArguments = {
  batches: Batch[]
  checkpoint: HistoryCheckpoint
  /** Rows dated before it may be removed. */
  oldest: number
}

/** What the worker can be asked, with arguments and answers. */
export type Calls = {
  open: { arguments: { file: string; oldest: number }; answer: HistoryCheckpoint | null }
  checkpoint: { arguments: null; answer: HistoryCheckpoint | null }
  write: { arguments: WriteArguments; answer: null }
  query: { arguments: QueryPlan; answer: HistoryAnswer }
  copyTo: { arguments: { file: string }; answer: HistoryCheckpoint | null }
  latestAt: { arguments: { at: number }; answer: HistoryRow[] }
  close: { arguments: null; answer: null }
}

export type CallName = keyof Calls
export type Request = { [K in CallName]: { id: number; call: K; arguments: Calls[K]['arguments'] } }[CallName]
export type Response =
  | { id: number; answer: Calls[CallName]['answer'] }
  | { id: number; fault: { kind: 'unavailable' | 'misconfigured'; message: string } }
