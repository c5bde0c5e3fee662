import type { Draft, Journal } from '@city-brain/model'
import { JournalError } from './journal-error.ts'
import type { Log } from './open-journal.ts'

/** Between two tries where the disk is full or the database busy, milliseconds. */
const retryAfter = 500

/**
 * Appends a view's outcomes with its checkpoint. A full disk or a busy database passes: it is tried again until it does,
 * so that a shortage of space stops no view for good. Anything else rejects.
 */
export function createOutcomeAppender(options: {
  journal: Journal
  view: string
  log: Log
  isStopping: () => boolean
}) {
  const { journal, view, log, isStopping } = options
  let lost = false
  return {
    async append(drafts: readonly Draft[], checkpoint: number): Promise<void> {
      for (let tries = 0; ; tries++) {
        try {
          await journal.append(drafts, { view: { name: view, checkpoint } })
          return
        } catch (error) {
          const passes = error instanceof JournalError && (error.code === 'full' || error.code === 'busy')
          if (!passes || isStopping()) {
            lost = true
            throw error
          }
          if (tries === 0) log('warn', `The outcomes of view "${view}" wait: ${error.message}`, { view, checkpoint })
          await new Promise((resolve) => setTimeout(resolve, retryAfter))
        }
      }
    },
    /** Outcomes were not written: the view's state is ahead of the journal and must not be kept. */
    lost: () => lost
  }
}
