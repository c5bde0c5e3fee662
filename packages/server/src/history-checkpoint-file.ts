import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HistoryCheckpoint } from '@city-brain/model'

const format = 1

/**
 * How far the journal has been written to an InfluxDB, which has no place of its own for it. One file for each server and
 * bucket: whoever points the city at another one starts there from the beginning of what the journal still has.
 */
export function createHistoryCheckpointFile(
  folder: string,
  store: { url: string; bucket: string; organisation?: string }
) {
  const key = JSON.stringify([store.url, store.organisation ?? '', store.bucket])
  const file = join(folder, `influx-${createHash('sha256').update(key).digest('hex').slice(0, 12)}.json`)
  return {
    async load(): Promise<HistoryCheckpoint | undefined> {
      try {
        return readCheckpoint(file, await readFile(file, 'utf8'))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw new Error(`${file} cannot be read: ${(error as Error).message}`)
      }
    },
    save: (checkpoint: HistoryCheckpoint) => writeCheckpointFile(file, checkpoint)
  }
}

/** On disk when it resolves; after a crash there is the old file or the new one. */
export async function writeCheckpointFile(file: string, checkpoint: HistoryCheckpoint): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(`${file}.new`, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify({ format, ...checkpoint }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
}

/** Throws where the text is none, or of a newer format. */
export function readCheckpoint(file: string, text: string): HistoryCheckpoint {
  const { format: stored = format, ...checkpoint } = JSON.parse(text) as HistoryCheckpoint & { format?: number }
  if (stored > format) throw new Error(`${file} was written by a newer version of city-brain (format ${stored})`)
  return checkpoint
}
