import type { AttributeValue, ReadingFlag, ReadingType } from '../reading.ts'

/** One reading on its way into the history store. */
export type HistoryRow = {
  offset: number
  entity: string
  type: ReadingType
  /** Milliseconds since 1970. */
  dateObserved: number
  values: Record<string, AttributeValue>
  flags?: readonly ReadingFlag[]
}

/** How far a store has applied the journal. */
export type HistoryCheckpoint = {
  epoch: string
  offset: number
  /** Readings stored and refused since the beginning. */
  stored: number
  refused: number
}

export type HistoryRefusal = { offset: number; reason: string }

export type HistoryQuery = {
  entity: string
  type: ReadingType
  /** Numeric attributes are downsampled; others only come with raw points. Default: all that the type has. */
  attributes?: readonly string[]
  /** Milliseconds since 1970: from inclusive, to exclusive. */
  from: number
  to: number
  /** Downsample to windows of so many milliseconds, aligned to 1970; absent: raw points. */
  every?: number
  /** At most so many points, oldest first (default 10,000). */
  limit?: number
}

export type RawPoint = {
  dateObserved: number
  offset: number
  values: Record<string, AttributeValue>
  flags?: readonly ReadingFlag[]
}
export type WindowPoint = {
  /** Begin of the window, milliseconds since 1970. Windows without a reading are absent. */
  from: number
  count: number
  values: Record<string, { mean: number; min: number; max: number }>
}
export type HistoryAnswer =
  | { kind: 'raw'; points: RawPoint[]; truncated: boolean }
  | { kind: 'windows'; every: number; points: WindowPoint[]; truncated: boolean }

/** The past of every entity. A fault that may pass rejects with `HistoryUnavailable`; a wrong configuration with `HistoryMisconfigured`. */
export interface HistoryStore {
  readonly name: 'duckdb' | 'influx'
  /** Undefined where nothing was ever written. */
  checkpoint(): Promise<HistoryCheckpoint | undefined>
  /**
   * Rows and checkpoint, durable when it resolves. Rows that the store would never take are handed to `refuse`; the
   * checkpoint moves only after that has resolved, so a crash in between repeats the refusal rather than losing it.
   * All other rows are in. Rows at or before the checkpoint that the store has are in already and are passed over.
   */
  write(
    rows: readonly HistoryRow[],
    checkpoint: { epoch: string; offset: number },
    refuse: (refusals: readonly HistoryRefusal[]) => Promise<void>
  ): Promise<HistoryCheckpoint>
  query(query: HistoryQuery): Promise<HistoryAnswer>
  /** The newest row of each entity at or before a moment (milliseconds since 1970), for putting the map at it. */
  latestAt(at: number): Promise<HistoryRow[]>
  /**
   * Writes the store as it stands at one moment into a new file, its own checkpoint included, while it goes on being
   * written and asked; resolves, once the file is on disk, with the checkpoint that the copy holds. The file, put in the
   * place of the store's own, goes on from there. Where it fails nothing is left of it. Absent where the store is a server
   * with backups of its own.
   */
  copyTo?(file: string): Promise<HistoryCheckpoint | undefined>
  close(): Promise<void>
}
