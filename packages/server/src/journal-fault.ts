import { JournalError } from '@city-brain/journal'
import { StartFault } from './start-fault.ts'

/** What the journal says of itself, or of a view that does not fit it, in words for whoever starts the city. */
export function journalFault(error: unknown, folder: string): unknown {
  if (!(error instanceof JournalError)) return error
  if (error.code === 'locked') return new StartFault(`Another city runs on the data folder ${folder}. Stop it first.`)
  const fault = `The journal in ${folder} cannot be used: ${error.message}`
  if (error.code !== 'damaged') return new StartFault(fault)
  return new StartFault(
    `${fault}.\n` +
      `What is gone:                  npm run city-brain -- journal check --data ${folder}\n` +
      `To go on with what is left:    npm run city-brain -- journal salvage --data ${folder}`
  )
}
