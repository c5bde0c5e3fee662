import {
  closeSync,
  copyFileSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync
} from 'node:fs'
import { join } from 'node:path'
import type { Entry } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { JournalError } from './journal-error.ts'
import { outcome, reading } from './testing/drafts.ts'
import { until, useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()
const file = () => join(folder.path(), 'journal.db')

async function fill(): Promise<Entry[]> {
  const journal = await folder.open()
  // More than the thousand at the end that are checked when the journal is opened.
  for (let n = 0; n < 100; n++) {
    await journal.append([
      ...Array.from({ length: 20 }, (_, k) => reading(n * 20 + k, { fingerprint: n * 20 + k })),
      outcome(`o${n}`)
    ])
  }
  await journal.saveSnapshot('v', 400, { names: Array.from({ length: 400 }, (_, n) => `name ${n}`) })
  const entries = await journal.read(0, 10_000)
  await journal.close()
  return entries
}

const change = (sql: string) => {
  const database = new DatabaseSync(file())
  database.exec(sql)
  database.close()
}

test.each([
  [
    'a payload',
    `UPDATE entry SET payload = replace(payload, '"intensity":99', '"intensity":98') WHERE offset = 104`,
    104
  ],
  ['an entity', `UPDATE entry SET entity = 'detector-x' WHERE offset = 104`, 104],
  [
    'a source that takes a letter of the entity',
    `UPDATE entry SET entity = 'detector', source = '-1gateway-1' WHERE offset = 104`,
    104
  ],
  ['a time', 'UPDATE entry SET receivedAt = receivedAt + 1 WHERE offset = 104', 104],
  ['a kind', 'UPDATE entry SET kind = 3 WHERE offset = 104', 104],
  ['a fingerprint', 'UPDATE entry SET fingerprint = 1 WHERE offset = 104', 104]
])('%s that was changed is an error that names the offset', async (_, sql, offset) => {
  const entries = await fill()
  change(sql)
  const journal = await folder.open()
  const error = await journal.read(0, 200).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'damaged', detail: { offset } })
  expect(String(error)).toContain(`Entry ${offset} `)
  // Whoever looks at health learns of it, and of the first damage only.
  expect(journal.health().damage).toContain(`Entry ${offset} `)
  expect(folder.logged.filter(({ level }) => level === 'error')).toHaveLength(1)
  // What is around it can still be read.
  expect(await journal.read(0, 103)).toEqual(entries.slice(0, 103))
  expect(await journal.read(104, 100)).toEqual(entries.slice(104, 204))
})

test.each([
  ['in the middle', 'DELETE FROM entry WHERE offset BETWEEN 100 AND 110', 100, 110, undefined],
  ['at the beginning', 'DELETE FROM entry WHERE offset < 50', 1, 49, undefined],
  ['between entries of one kind', 'DELETE FROM entry WHERE offset = 107', 107, 107, ['reading'] as const],
  [
    'behind a hole that says too little',
    'UPDATE entry SET hole = 3 WHERE offset = 100; DELETE FROM entry WHERE offset BETWEEN 94 AND 99',
    94,
    96,
    undefined
  ]
])('entries that are missing %s are an error that names them', async (_, sql, from, to, kinds) => {
  await fill()
  change(sql)
  const journal = await folder.open()
  const error = await journal.read(0, 800, kinds).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'damaged', detail: { from, to } })
  expect(String(error)).toContain(`entries ${from} to ${to} are missing`)
})

test('a hole where nothing is missing is an error too', async () => {
  await fill()
  change('UPDATE entry SET hole = -1 WHERE offset = 100')
  await expect((await folder.open()).read(0, 800)).rejects.toMatchObject({ code: 'damaged', detail: { offset: 100 } })
})

test('damage among the newest entries is found at the start', async () => {
  await fill()
  change(`UPDATE entry SET payload = '{}' WHERE offset = 2050`)
  await expect(folder.open()).rejects.toMatchObject({ code: 'damaged', detail: { offset: 2050 } })
})

test('a damaged snapshot and damaged totals are errors that name them', async () => {
  await fill()
  change(`UPDATE view SET state = replace(state, 'name 7"', 'name 8"')`)
  const journal = await folder.open()
  await expect(journal.snapshot('v')).rejects.toMatchObject({ code: 'damaged', detail: { view: 'v', offset: 400 } })
  await journal.close()
  change(`UPDATE note SET value = replace(value, '"accepted":0', '"accepted":9') WHERE name = 'tally'`)
  await expect(folder.open()).rejects.toMatchObject({ code: 'damaged', detail: { note: 'tally' } })
})

test('an empty or missing database is no new journal where there was one', async () => {
  await fill()
  truncateSync(file(), 0)
  const refused = {
    code: 'damaged',
    message: expect.stringContaining('had committed up to 2100'),
    detail: { to: 2100 }
  }
  await expect(folder.open()).rejects.toMatchObject(refused)
  rmSync(file())
  await expect(folder.open()).rejects.toMatchObject(refused)
  await expect(folder.open()).rejects.toMatchObject(refused)
})

test('a write-ahead log whose end is damaged is noticed, though SQLite drops it without a word', async () => {
  const journal = await folder.open({ rhythm: 10 })
  for (let n = 0; n < 50; n++) await journal.append([reading(n)])
  await until(() => readFileSync(join(folder.path(), 'head'), 'utf8').endsWith(' 50\n'), 'the head is marked')
  // The state of the files as a power failure would leave it, while the journal is still open.
  const copy = join(folder.path(), 'copy')
  mkdirSync(copy)
  for (const name of ['head', 'journal.db', 'journal.db-wal']) copyFileSync(join(folder.path(), name), join(copy, name))
  const log = join(copy, 'journal.db-wal')
  truncateSync(log, statSync(log).size - 9_000)
  await expect(folder.open({ folder: copy })).rejects.toMatchObject({
    code: 'damaged',
    message: expect.stringMatching(/The journal ends at \d+, but had committed up to 50: entries \d+ to 50 are lost/),
    detail: { to: 50, epoch: journal.epoch }
  })
})

test('an end that a view has applied but the journal does not have is noticed, whatever the marker says', async () => {
  await fill()
  change('DELETE FROM entry WHERE offset > 390')
  rmSync(join(folder.path(), 'head'))
  await expect(folder.open()).rejects.toMatchObject({ code: 'damaged', detail: { from: 391, to: 400 } })
})

/** A generator with a seed (mulberry32): the same damage in every run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

test('bits flipped, pages zeroed, the file truncated: a clean error or no effect, never other entries', async () => {
  const entries = await fill()
  const whole = `${file()}.whole`
  copyFileSync(file(), whole)
  const random = randomOf(20_260_504)
  const results = { refused: 0, failedToRead: 0, withoutEffect: 0 }
  for (let round = 0; round < 30; round++) {
    for (const name of ['journal.db-wal', 'journal.db-shm']) rmSync(join(folder.path(), name), { force: true })
    copyFileSync(whole, file())
    const descriptor = openSync(file(), 'r+')
    const { size } = fstatSync(descriptor)
    const pages = size / 4_096
    const byte = Buffer.alloc(1)
    if (round % 3 === 0) {
      const at = Math.floor(random() * size)
      readSync(descriptor, byte, 0, 1, at)
      byte[0] = (byte[0] as number) ^ (1 << Math.floor(random() * 8))
      writeSync(descriptor, byte, 0, 1, at)
    } else if (round % 3 === 1) {
      writeSync(descriptor, Buffer.alloc(4_096), 0, 4_096, 4_096 * Math.floor(random() * pages))
    }
    closeSync(descriptor)
    if (round % 3 === 2) truncateSync(file(), Math.floor(random() * size))

    try {
      const journal = await folder.open()
      try {
        expect(await journal.read(0, 10_000)).toEqual(entries)
        results.withoutEffect++
      } catch (error) {
        if (!(error instanceof JournalError)) throw error
        expect(['damaged', 'failed']).toContain(error.code)
        results.failedToRead++
      } finally {
        await journal.close().catch(() => {})
      }
    } catch (error) {
      if (!(error instanceof JournalError)) throw error
      expect(['damaged', 'failed', 'unknown-format']).toContain(error.code)
      results.refused++
    }
  }
  expect(results.refused + results.failedToRead).toBeGreaterThan(15)
  expect(results.refused + results.failedToRead + results.withoutEffect).toBe(30)
}, 120_000)
