import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HistoryStore, Journal } from '@city-brain/model'
import { StartFault } from '../start-fault.ts'

/** A journal that is not there because a salvage was interrupted in its last step is no new city. */
export function refuseHalfSalvage(data: string): void {
  if (existsSync(join(data, 'journal')) || !existsSync(join(data, 'journal-salvaged'))) return
  throw new StartFault(
    `A salvage of the journal was interrupted. Finish it: npm run city-brain -- journal salvage --data ${data}`
  )
}

/**
 * A history that has applied more of this journal than there is: an older copy was put back, or the end is gone. To go on
 * would give the same offsets to other entries, and the history would take those for what it has already.
 */
export async function refuseOlderCopy(journal: Journal, history: HistoryStore, data: string): Promise<void> {
  // A store that does not answer yet says so later, and then stops instead of mixing them up.
  const checkpoint = await history.checkpoint().catch(() => undefined)
  const { epoch, head } = journal
  if (checkpoint === undefined || checkpoint.epoch !== epoch || checkpoint.offset <= head) return
  throw new StartFault(
    `The journal in ${data} ends at ${head}, but the history has applied it up to ${checkpoint.offset}: an older copy was put back, or its end is gone.\n` +
      `Put the right one back, or see what is gone:    npm run city-brain -- journal check --data ${data}\n` +
      `To go on with what is left:                     npm run city-brain -- journal salvage --data ${data}`
  )
}
