import type { Journal, Snapshot } from '@city-brain/model'
import type { Log } from '../log.ts'

/** Codes by which a journal says that a snapshot is not of it, or that entries after it were cut. */
const unusable = new Set<unknown>(['other-epoch', 'past-end', 'cut'])

/**
 * The snapshot of a view, or undefined where there is none that fits this journal: of another epoch (it lost something
 * since), past its end, or with entries cut after it. That is logged, with what the journal says of it; other faults of
 * the journal reject.
 */
export async function usableSnapshot(
  journal: Journal,
  view: string,
  log: Log
): Promise<Snapshot | 'unusable' | undefined> {
  try {
    return await journal.snapshot(view)
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (!unusable.has(code)) throw error
    log('error', `The snapshot of ${view} does not fit the journal`, { code, reason: (error as Error).message })
    return 'unusable'
  }
}
