import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openJournal } from '@city-brain/journal'
import { type Journal, systemClock } from '@city-brain/model'

export const log = (level: string, message: string, detail?: unknown) => {
  if (level !== 'info') console.error(level, message, detail)
}

/** A journal in a temporary folder, that goes with it. */
export async function openBenchJournal(): Promise<{
  journal: Journal
  countReadings(): Promise<number>
  close(): Promise<void>
}> {
  const folder = await mkdtemp(join(tmpdir(), 'city-brain-bench-'))
  const journal = await openJournal({ folder, clock: systemClock, log })
  return {
    journal,
    async countReadings() {
      let found = 0
      let after = 0
      for (;;) {
        const entries = await journal.read(after, 5_000, ['reading'])
        found += entries.length
        const last = entries.at(-1)
        if (last === undefined) return found
        after = last.offset
      }
    },
    async close() {
      await journal.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
