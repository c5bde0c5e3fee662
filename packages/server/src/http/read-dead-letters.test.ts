import { join } from 'node:path'
import { openJournal } from '@city-brain/journal'
import { type DeadLettersAnswer, type Draft, systemClock } from '@city-brain/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { readDeadLetters } from './read-dead-letters.ts'

const folder = temporaryFolder()
let newestFirst: (number | undefined)[]
let journal: Awaited<ReturnType<typeof openJournal>>
beforeAll(async () => {
  journal = await openJournal({ folder: join(folder.path, 'journal'), clock: systemClock, log: () => {} })
  const raw = 'A'.repeat(86_000)
  const letter = (n: number): Draft<'dead-letter'> => ({
    kind: 'dead-letter',
    entity: '',
    source: 'bin-1',
    payload: {
      code: n % 2 === 0 ? 'schema' : 'not-json',
      message: 'm',
      topic: 't',
      device: 'bin-1',
      size: 64_500,
      sha256: '',
      raw
    }
  })
  const { offsets } = await journal.append(Array.from({ length: 130 }, (_, n) => letter(n)))
  newestFirst = offsets.reverse()
})
afterAll(async () => {
  await journal?.close()
  folder.remove()
})

async function pages(query: { limit: number; code?: string }): Promise<DeadLettersAnswer['deadLetters'][]> {
  const all = []
  for (let before: number | undefined; ; ) {
    const page: DeadLettersAnswer = await readDeadLetters(journal, { ...query, ...(before ? { before } : {}) })
    all.push(page.deadLetters)
    if (page.next === undefined) return all
    before = page.next
  }
}
const offsets = (found: DeadLettersAnswer['deadLetters'][]) => found.flat().map(({ offset }) => offset)

test('a page of large dead letters ends at 4 MB, and the next goes on where it ended', async () => {
  const found = await pages({ limit: 500 })
  expect(offsets(found)).toEqual(newestFirst)
  expect(found.map((page) => page.length)).toEqual([46, 46, 38])
  for (const page of found) expect(JSON.stringify(page).length).toBeLessThan(4_100_000)
})

test('of one code too, and up to the limit', async () => {
  const found = await pages({ limit: 500, code: 'schema' })
  expect(offsets(found)).toEqual(newestFirst.filter((_, i) => i % 2 === 1))
  expect(found.map((page) => page.length)).toEqual([46, 19])
  expect(offsets(await pages({ limit: 20 }))).toEqual(newestFirst)
  expect((await readDeadLetters(journal, { limit: 20 })).deadLetters).toHaveLength(20)
})
