import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Entry } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { recordChecksum } from '../checksum.ts'
import { outcome, reading } from '../testing/drafts.ts'
import { useJournalFolder } from '../testing/journal-folder.ts'
import { checkJournal } from './check-journal.ts'
import { finishSalvage, salvageJournal } from './salvage-journal.ts'

const root = useJournalFolder()
const folder = () => join(root.path(), 'journal')
const file = () => join(folder(), 'journal.db')
const now = Date.UTC(2026, 4, 4)

/** 2,100 entries: 20 readings and an outcome, a hundred times. */
async function fill(): Promise<{ entries: Entry[]; epoch: string }> {
  const journal = await root.open({ folder: folder() })
  for (let n = 0; n < 100; n++) {
    const readings = Array.from({ length: 20 }, (_, k) => reading(n * 20 + k, { receivedAt: now + n * 1_000 }))
    await journal.append([...readings, outcome(`o${n}`)], { tally: { accepted: 20 } })
  }
  await journal.saveSnapshot('v', 400, { format: 1 })
  await journal.saveSnapshot('history', 2_100, { format: 1, checkpoint: 2_099 })
  const entries = await journal.read(0, 10_000)
  await journal.close()
  return { entries, epoch: journal.epoch }
}

const change = (sql: string) => {
  const database = new DatabaseSync(file())
  database.exec(sql)
  database.close()
}
const salvage = (more: Partial<Parameters<typeof salvageJournal>[0]> = {}) =>
  salvageJournal({ folder: folder(), now, outlets: ['command-delivery'], ...more })

/** Everything in the new journal, and that each old entry is in it as it was or is named as gone. */
async function proof(entries: readonly Entry[], lost: readonly { from: number; to: number }[]): Promise<number> {
  const journal = await root.open({ folder: folder() })
  const found = await journal.read(0, 100_000)
  const mark = found.pop()
  expect(mark).toMatchObject({ kind: 'operator-action', payload: { action: 'journal-salvaged' } })
  const there = new Map(found.map((entry) => [entry.offset, entry]))
  const gone = (offset: number) => lost.some(({ from, to }) => offset >= from && offset <= to)
  for (const entry of entries) {
    if (gone(entry.offset)) expect(there.has(entry.offset), `${entry.offset} is named as gone`).toBe(false)
    else expect(there.get(entry.offset)).toEqual(entry)
  }
  expect(found.length).toBe(entries.filter(({ offset }) => !gone(offset)).length)
  // It goes on, and gives no offset a second time.
  const { offsets } = await journal.append([reading(1)])
  expect(offsets[0]).toBe((mark?.offset ?? 0) + 1)
  await journal.close()
  expect(checkJournal({ folder: folder() })).toMatchObject({ clean: true, lost: [], faults: [] })
  return found.length
}

test('a whole journal is clean, with what is in it, and there is nothing to salvage', async () => {
  const { epoch, entries } = await fill()
  expect(checkJournal({ folder: folder() })).toMatchObject({
    clean: true,
    epoch,
    format: 1,
    first: { offset: 1, at: now },
    last: { offset: 2_100, at: entries.at(-1)?.receivedAt },
    kinds: { reading: 2_000, 'operator-action': 100 },
    lost: [],
    faults: []
  })
  expect(salvage()).toBeUndefined()
  expect(readdirSync(root.path())).toEqual(['journal'])
})

test('is looked at beside the process that writes it, and nothing is changed', async () => {
  const journal = await root.open({ folder: folder() })
  await journal.append([reading(1)])
  expect(checkJournal({ folder: folder() })).toMatchObject({ clean: true, kinds: { reading: 1 } })
  expect(() => salvage()).toThrow('is open in another process')
  await journal.append([reading(2)])
  expect(checkJournal({ folder: folder() })).toMatchObject({ kinds: { reading: 2 } })
})

test('what was cut by retention is no loss', async () => {
  await fill()
  change('DELETE FROM entry WHERE offset BETWEEN 100 AND 199; UPDATE entry SET hole = 100 WHERE offset = 200')
  expect(checkJournal({ folder: folder() })).toMatchObject({ clean: true })
})

test('each damaged entry and each gap is named with its times, kinds and neighbours; all else is brought over', async () => {
  const { entries, epoch } = await fill()
  change(
    `UPDATE entry SET payload = '{}' WHERE offset IN (30, 31, 42); DELETE FROM entry WHERE offset BETWEEN 100 AND 130`
  )
  const lost = [
    { from: 30, to: 31, why: 'damaged', kinds: [2, 2], after: now + 1_000, before: now + 1_000 },
    { from: 42, to: 42, why: 'damaged', kinds: [13], after: now + 1_000, before: now + 2_000 },
    { from: 100, to: 130, why: 'missing', kinds: [], after: now + 4_000, before: now + 6_000 }
  ]
  expect(checkJournal({ folder: folder() })).toMatchObject({ clean: false, lost, faults: [] })
  const done = salvage({ stores: [{ who: 'The history', epoch, offset: 2_099, settled: 2_000 }] })
  expect(done).toMatchObject({ lost, entries: 2_066, earlier: { epoch, through: 2_100 }, lostReadings: 0 })
  expect(done?.epoch).not.toBe(epoch)
  expect(await proof(entries, lost)).toBe(2_066)
  // The damaged one lies beside it, as it was.
  expect(basename(done?.damaged ?? '')).toMatch(/^journal-damaged-2026-05-04T0000/)
  expect(checkJournal({ folder: done?.damaged ?? '' })).toMatchObject({ clean: false, lost })
  // A second salvage finds nothing wrong, and the first is still known.
  expect(salvage()).toBeUndefined()
  expect(checkJournal({ folder: folder() }).gone.map(({ from, to }) => [from, to])).toEqual([
    [30, 31],
    [42, 42],
    [100, 130]
  ])
})

test('totals: readings that are gone before a store had them are taken out and counted as lost', async () => {
  const { epoch } = await fill()
  change('DELETE FROM entry WHERE offset BETWEEN 2000 AND 2020; DELETE FROM entry WHERE offset BETWEEN 10 AND 12')
  const settled = 1_900
  const done = salvage({ stores: [{ who: 'The history', epoch, offset: 1_995, settled }] })
  // Offsets 1,996 to 2,100 had 100 readings, 20 of them are gone; the three early ones are in the store.
  expect(done).toMatchObject({ lostReadings: 20, tally: { accepted: settled + 80, rejected: 0, duplicate: 0 } })
  const journal = await root.open({ folder: folder() })
  expect(journal.tally()).toEqual({ accepted: 1_980, rejected: 0, duplicate: 0 })
})

test('views of before begin anew, an outlet does not, and the clock goes on', async () => {
  const { epoch } = await fill()
  change('DELETE FROM entry WHERE offset = 300')
  const note = recordChecksum('remembered', '7')
  change(`INSERT INTO note(name, value, crc) VALUES ('remembered', '7', ${note})`)
  salvage()
  const journal = await root.open({ folder: folder() })
  for (const view of ['v', 'command-delivery']) {
    await expect(journal.snapshot(view)).rejects.toMatchObject({ code: 'other-epoch', detail: { viewEpoch: epoch } })
  }
  expect(await journal.snapshot('history')).toBeUndefined()
  await journal.close()
  // What the journal has noted besides stays.
  const database = new DatabaseSync(file())
  expect(database.prepare("SELECT value FROM note WHERE name = 'remembered'").get()).toMatchObject({ value: '7' })
  database.close()
})

test('an older copy put back: what is missing at the end is named, and its offsets are never given out again', async () => {
  const { entries } = await fill()
  const copy = join(root.path(), 'copy')
  mkdirSync(copy)
  copyFileSync(file(), join(copy, 'journal.db'))
  const journal = await root.open({ folder: folder() })
  for (let n = 0; n < 60; n++) await journal.append([reading(n)])
  await journal.close()
  for (const name of ['journal.db-wal', 'journal.db-shm']) rmSync(join(folder(), name), { force: true })
  copyFileSync(join(copy, 'journal.db'), file())
  await expect(root.open({ folder: folder() })).rejects.toMatchObject({
    code: 'damaged',
    detail: { from: 2_101, to: 2_160 }
  })
  const lost = [{ from: 2_101, to: 2_160, why: 'end', kinds: [], after: entries.at(-1)?.receivedAt }]
  expect(checkJournal({ folder: folder() })).toMatchObject({ clean: false, lost })
  const done = salvage()
  expect(done).toMatchObject({ lost, earlier: { through: 2_160 } })
  await proof(entries, lost)
})

test('a store that is ahead of the journal is known of, though the folder was put back as a whole', async () => {
  const { entries, epoch } = await fill()
  const stranger = { who: 'Another', epoch: 'other', offset: 9_999, settled: 1 }
  const stores = [stranger, { who: 'The history', epoch, offset: 2_500, settled: 2_380 }]
  const check = checkJournal({ folder: folder(), stores })
  expect(check.clean).toBe(false)
  expect(check.faults).toEqual(['The history has applied up to 2500, but the journal ends at 2100'])
  const done = salvage({ stores })
  expect(done?.lost).toMatchObject([{ from: 2_101, to: 2_500, why: 'end' }])
  await proof(entries, done?.lost ?? [])
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

test('bits flipped, pages zeroed, files cut short: a salvage brings back all but what it names', async () => {
  const { entries } = await fill()
  const whole = join(root.path(), 'whole')
  mkdirSync(whole)
  for (const name of ['journal.db', 'head']) copyFileSync(join(folder(), name), join(whole, name))
  const random = randomOf(20_261_124)
  const { size } = statSync(join(whole, 'journal.db'))
  const pages = size / 4_096
  let salvaged = 0
  let brought = 0
  for (let round = 0; round < 30; round++) {
    rmSync(folder(), { recursive: true })
    mkdirSync(folder())
    for (const name of ['journal.db', 'head']) copyFileSync(join(whole, name), join(folder(), name))
    const descriptor = openSync(file(), 'r+')
    // The first page is what makes it a database: without it nothing can be found.
    const page = 1 + Math.floor(random() * (pages - 1))
    if (round % 3 === 0)
      writeSync(
        descriptor,
        Buffer.from([Math.floor(random() * 256)]),
        0,
        1,
        Math.floor(4_096 + random() * (size - 4_096))
      )
    else if (round % 3 === 1) writeSync(descriptor, Buffer.alloc(4_096), 0, 4_096, 4_096 * page)
    closeSync(descriptor)
    if (round % 3 === 2) truncateSync(file(), Math.floor(4_096 + random() * (size - 4_096)))
    const done = salvage()
    if (done === undefined) {
      const journal = await root.open({ folder: folder() })
      expect(await journal.read(0, 100_000)).toEqual(entries)
      await journal.close()
      continue
    }
    salvaged++
    brought += await proof(entries, done.lost)
    rmSync(done.damaged, { recursive: true })
  }
  expect(salvaged).toBeGreaterThan(20)
  expect(brought / salvaged).toBeGreaterThan(1_000)
}, 120_000)

test('a file that is empty, gone or no database is a new journal after the end of the old one, which is named', async () => {
  for (const damage of [() => truncateSync(file(), 0), () => rmSync(file())]) {
    const { entries } = await fill()
    damage()
    const done = salvage()
    expect(done).toMatchObject({ entries: 0, lost: [{ from: 1, to: 2_100 }] })
    await proof(entries, done?.lost ?? [])
    rmSync(folder(), { recursive: true })
  }
})

test('a salvage that was interrupted between its last steps is finished', async () => {
  await fill()
  const ready = join(dirname(folder()), 'journal-salvaged')
  copyTree(folder(), ready)
  expect(finishSalvage(folder())).toBe(false)
  rmSync(folder(), { recursive: true })
  expect(finishSalvage(folder())).toBe(true)
  expect(existsSync(ready)).toBe(false)
  expect(checkJournal({ folder: folder() }).clean).toBe(true)
})

function copyTree(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name))
}
