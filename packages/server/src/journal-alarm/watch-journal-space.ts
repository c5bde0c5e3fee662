import type { Draft, Journal, JournalHealth } from '@city-brain/model'
import type { Log } from '../log.ts'

/**
 * Looks at the journal's health each second and records what its alarm has to say. A full journal still takes alarms; where
 * the disk has nothing left at all the append fails, the log and health say so, and it is tried again with the next look:
 * one append at a time, and nobody waits for it.
 */
export function watchJournalSpace({
  journal,
  due,
  log,
  every = 1_000
}: {
  journal: Pick<Journal, 'append' | 'health'>
  /** The transition that is to be recorded; it bears an id, so that recording it twice adds nothing. */
  due: (health: JournalHealth) => Draft<'alarm'> | undefined
  log: Log
  /** Milliseconds. */
  every?: number
}): { close(): Promise<void> } {
  let recording: Promise<void> | undefined
  let failing = false

  const look = () => {
    if (recording !== undefined) return
    const draft = due(journal.health())
    if (!draft) return
    recording = journal
      .append([draft])
      .then(
        () => {
          failing = false
        },
        (error: unknown) => {
          // A failed journal or a full disk stays so for a while: one line is enough.
          if (!failing) log('warn', 'The alarm of the full journal cannot be recorded yet', { reason: String(error) })
          failing = true
        }
      )
      .finally(() => {
        recording = undefined
      })
  }
  const timer = setInterval(look, every)
  return {
    async close() {
      clearInterval(timer)
      await recording
    }
  }
}
