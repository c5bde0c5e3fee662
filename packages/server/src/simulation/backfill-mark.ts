import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Remembers in the data folder that the simulation has brought its day of history, so that it is not brought again. */
export function createBackfillMark(folder: string): { isDone(): boolean; set(): void } {
  const file = join(folder, 'simulation-backfill-done')
  return {
    isDone: () => existsSync(file),
    set: () => writeFileSync(file, '')
  }
}
