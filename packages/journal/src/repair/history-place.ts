import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../journal-error.ts'

/**
 * Throws `cut` where retention has cut entries that a copy of the history, which stands at an offset, does not have. Right
 * after its last reading the history says in its snapshot how far there was none.
 */
export function recoverableHistory(source: DatabaseSyncInstance, cut: unknown, offset: number): void {
  const row = source.prepare("SELECT offset, state FROM view WHERE name = 'history'").get() as
    | { offset: number | null; state: string | null }
    | undefined
  const { checkpoint } = (JSON.parse(row?.state ?? 'null') ?? {}) as { checkpoint?: number }
  const complete = checkpoint === offset ? Math.max(offset, row?.offset ?? 0) : offset
  const { telemetry = 0 } = (cut ?? {}) as { telemetry?: number }
  if (telemetry <= complete) return
  throw new JournalError(
    'cut',
    `Retention has cut up to ${telemetry} while the history was copied, which stands at ${offset}`,
    {
      cutThrough: telemetry,
      offset
    }
  )
}
