import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A city with one of everything. */
export const tinyCity = join(import.meta.dirname, 'tiny-city')

/** A folder that goes with the test. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'city-brain-server-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) }
}

/** The tiny city in a folder of its own, some of its files with another text. */
export function changedCity(folder: string, files: Record<string, string>): string {
  const path = join(folder, 'city')
  cpSync(tinyCity, path, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text)
  return path
}
