import { systemClock } from '@city-brain/model'
import { openJournal } from '../open-journal.ts'
import { outcome, reading } from './drafts.ts'

/**
 * A process for tests: appends to the journal in the folder given, as fast as it can, and prints a line
 * `first last` for each append that was acknowledged, until it is killed.
 */
const folder = process.argv[2]
if (folder === undefined) throw new Error('appender.ts FOLDER')
const journal = await openJournal({ folder, clock: systemClock, log: () => {}, rhythm: 20 })
let n = 0

async function lane(): Promise<void> {
  for (;;) {
    const size = 1 + (n % 17)
    const drafts = Array.from({ length: size }, () => {
      n++
      return n % 10 === 0 ? outcome(`o${process.pid}-${n}`) : reading(n)
    })
    const { offsets } = await journal.append(drafts, { tally: { accepted: size } })
    process.stdout.write(`${JSON.stringify({ offsets, entities: drafts.map(({ entity }) => entity), n })}\n`)
  }
}
await Promise.all(Array.from({ length: 20 }, lane))
