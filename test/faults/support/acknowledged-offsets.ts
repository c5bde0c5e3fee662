import { openJournal } from '@city-brain/journal'
import { type Entry, systemClock } from '@city-brain/model'
import { keyOfPayload } from './fault-load.ts'

/** The offsets at which a journal has each message of the load, read from a copy of it while it was whole. */
export async function acknowledgedOffsets(folder: string): Promise<Map<string, number>> {
  const journal = await openJournal({ folder, clock: systemClock, log: () => undefined, ticks: 'none' })
  const offsets = new Map<string, number>()
  try {
    for (let after = 0; ; ) {
      const entries = await journal.read(after, 10_000, ['reading', 'dead-letter'])
      for (const entry of entries) {
        const key = keyOf(entry)
        if (key !== undefined) offsets.set(key, entry.offset)
      }
      const last = entries.at(-1)
      if (last === undefined) return offsets
      after = last.offset
    }
  } finally {
    await journal.close()
  }
}

function keyOf(entry: Entry<'reading' | 'dead-letter'>): string | undefined {
  if (entry.kind === 'reading') return `${entry.entity}#${entry.payload.values.intensity}`
  return keyOfPayload(Buffer.from(entry.payload.raw ?? '', 'base64').toString())
}
