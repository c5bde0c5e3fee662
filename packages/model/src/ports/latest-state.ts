import type { AttributeValue, ReadingFlag, ReadingType } from '../reading.ts'

/** The newest reading of an entity, as the map shows it. Times are RFC 3339. */
export type LatestEntity = {
  entity: string
  type: ReadingType
  offset: number
  dateObserved: string
  receivedAt: string
  values: Record<string, AttributeValue>
  flags?: readonly ReadingFlag[]
  backfill?: true
  /** No reading for longer than the entity's expected interval allows; told by the server. */
  stale: boolean
  /** Odd over time: why the value is not to be relied on. */
  unreliable?: readonly ('unchanged' | 'above-capacity' | 'gap')[]
}

/** The newest state of everything, at one offset of the journal. */
export interface LatestState {
  /** How far it has applied. */
  readonly offset: number
  get(entity: string): LatestEntity | undefined
  /** In one synchronous step, so that it is the state at `offset`. */
  all(): LatestEntity[]
  /** Calls the listener with the entities that changed, after each applied group. Returns the end. */
  onChange(listener: (changed: readonly LatestEntity[], to: number) => void): () => void
}
