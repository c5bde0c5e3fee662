import type { HistoryCheckpoint, HistoryRow, HistoryStore } from '@city-brain/model'
import { planWrite } from '../plan-write.ts'

/** A history store as the far side of a fault: it keeps rows in a list, and fails when and how the test says. */
export type MemoryStore = HistoryStore & {
  rows: HistoryRow[]
  /** Sizes of the batches that were written. */
  batches: number[]
  current: HistoryCheckpoint | undefined
  /** Called before each write; what it throws the write rejects with. */
  before: () => void | Promise<void>
  /** Called after refusals were handed over and before anything is stored. */
  between: () => void | Promise<void>
  /** How often `write` was called. */
  attempts: number
}

export function createMemoryStore(current?: HistoryCheckpoint): MemoryStore {
  const store: MemoryStore = {
    name: 'influx',
    rows: [],
    batches: [],
    current,
    attempts: 0,
    before: () => undefined,
    between: () => undefined,
    checkpoint: async () => store.current,
    async write(rows, to, refuse) {
      store.attempts++
      await store.before()
      const plan = planWrite(store.current, rows, to, 0)
      if (!plan) return store.current as HistoryCheckpoint
      if (plan.refusals.length > 0) await refuse(plan.refusals)
      await store.between()
      store.rows.push(...plan.rows)
      store.batches.push(plan.rows.length)
      store.current = plan.checkpoint
      return plan.checkpoint
    },
    query: async () => ({ kind: 'raw', points: [], truncated: false }),
    latestAt: async () => [],
    close: async () => undefined
  }
  return store
}
