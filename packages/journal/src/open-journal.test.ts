import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Draft, type Entry, systemClock } from '@city-brain/model'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type JournalOptions, openJournal } from './open-journal.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = (options: Partial<JournalOptions> = {}) =>
  openJournal({ folder, clock: systemClock, log: () => {}, ticks: 'none', ...options })

const reading = (n: number): Draft<'reading'> => ({
  kind: 'reading',
  entity: `detector-${n % 7}`,
  source: 'gateway-1',
  fingerprint: 4_000_000_000_000_000 + n,
  payload: {
    type: 'TrafficFlowObserved',
    dateObserved: '2026-05-04T00:00:01.000Z',
    values: { intensity: n, name: '停车' }
  }
})

test('what is appended is read back with contiguous offsets, and after a reopening too', async () => {
  const journal = await open()
  const tailed: Entry[] = []
  journal.tail((entries) => tailed.push(...entries))
  const drafts = Array.from({ length: 1_234 }, (_, n) => reading(n))
  const appended = await Promise.all([journal.append(drafts.slice(0, 1_000)), journal.append(drafts.slice(1_000))])
  expect(appended[0].offsets).toEqual(drafts.slice(0, 1_000).map((_, n) => n + 1))
  expect(appended[1].offsets).toEqual(drafts.slice(1_000).map((_, n) => n + 1_001))
  const entries = await journal.read(0, 10_000)
  expect(entries).toEqual(drafts.map((draft, n) => ({ ...draft, offset: n + 1, receivedAt: expect.any(Number) })))
  expect(tailed).toEqual(entries)
  await journal.close()
  const again = await open()
  expect(again.epoch).toBe(journal.epoch)
  expect(again.head).toBe(1_234)
  expect(await again.read(0, 10_000)).toEqual(entries)
  await again.close()
})
