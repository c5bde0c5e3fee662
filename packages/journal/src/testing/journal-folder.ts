import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '@city-brain/model'
import { afterEach } from 'vitest'
import { type JournalOptions, type OpenJournal, openJournal } from '../open-journal.ts'

export type Logged = { level: string; message: string; detail?: Record<string, unknown> }

/**
 * A folder for each test, removed afterwards, and journals in it: opened without ticks unless asked for, closed at the
 * end. `logged` has what they said.
 */
export function useJournalFolder() {
  let folder: string | undefined
  const open: OpenJournal[] = []
  const logged: Logged[] = []
  afterEach(async () => {
    await Promise.all(open.splice(0).map((journal) => journal.close().catch(() => {})))
    if (folder) rmSync(folder, { recursive: true, force: true })
    folder = undefined
    logged.length = 0
  })
  const path = () => {
    folder ??= mkdtempSync(join(tmpdir(), 'journal-'))
    return folder
  }
  return {
    path,
    logged,
    async open(options: Partial<JournalOptions> = {}): Promise<OpenJournal> {
      const journal = await openJournal({
        folder: path(),
        clock: systemClock,
        log: (level, message, detail) => logged.push({ level, message, ...(detail ? { detail } : {}) }),
        ticks: 'none',
        ...options
      })
      open.push(journal)
      return journal
    }
  }
}

/** A clock that is set by hand. */
export function handClock(
  now = 1_777_852_800_000
): Clock & { advance(milliseconds: number): void; jump(by: number): void } {
  let wall = now
  let monotonic = 0
  return {
    now: () => wall,
    monotonic: () => monotonic,
    advance(milliseconds) {
      wall += milliseconds
      monotonic += milliseconds
    },
    jump(by) {
      wall += by
    }
  }
}

/** Waits until it holds; fails after some seconds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 15_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
