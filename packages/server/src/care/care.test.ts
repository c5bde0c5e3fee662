import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from 'node:fs'
import { join } from 'node:path'
import { type Health, type HistoryWireAnswer, systemClock } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { controlPath } from '../control/control-path.ts'
import { createDevice } from '../testing/device.ts'
import { ownPassword, signIn, signInFirst, startTinyCity, type TestCity } from '../testing/start-tiny-city.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { checkCommand, salvageCommand } from './journal-commands.ts'
import { makeBackup } from './make-backup.ts'
import { rebuildHistory } from './rebuild-history.ts'
import { restoreBackup } from './restore-backup.ts'

vi.setConfig({ testTimeout: 120_000 })

let folder: ReturnType<typeof temporaryFolder>
let city: TestCity | undefined
const data = () => join(folder.path, 'data')
const printed: string[] = []
const told = () => ({
  data: data(),
  clock: systemClock,
  print: (line: string) => void printed.push(line),
  progress: () => undefined
})
beforeEach(() => {
  folder = temporaryFolder()
  printed.length = 0
})
afterEach(async () => {
  await city?.stop()
  city = undefined
  folder.remove()
})

const start = async (at = data()) => {
  city = await startTinyCity({ data: at })
  return city
}
const stop = async () => {
  await city?.stop()
  city = undefined
}

const begin = Date.UTC(2026, 0, 1)
/** Reading number n of the bin, acknowledged when it resolves. */
const publish = (device: Awaited<ReturnType<typeof createDevice>>, n: number) =>
  device.publish('city/centre/waste/bin-1/obs', {
    dateObserved: new Date(begin + n * 1_000).toISOString(),
    fillingLevel: (n % 100) / 100
  })

async function publishAll(running: TestCity, from: number, to: number): Promise<void> {
  const device = await createDevice(running, 'bin-1')
  await Promise.all(Array.from({ length: to - from }, (_, i) => publish(device, from + i)))
  await device.end()
}

/** Numbers of the readings in the history, once all is stored, and what health says. */
async function found(running: TestCity): Promise<{ numbers: number[]; health: Health }> {
  const health = async () => (await (await fetch(`${running.url}/api/health`)).json()) as Health
  await expect.poll(async () => (await health()).counters.pending, { timeout: 20_000 }).toBe(0)
  const client = await signIn(running, 'operator', ownPassword)
  const span = `from=${new Date(begin).toISOString()}&to=2200-01-01T00:00:00Z&limit=10000`
  const answer = await client.json<HistoryWireAnswer>(`/api/entities/bin-1/history?${span}`)
  if (answer.kind !== 'raw') throw new Error('asked for raw points')
  const numbers = answer.points.map(({ dateObserved }) => (Date.parse(dateObserved) - begin) / 1_000)
  return { numbers: numbers.sort((a, b) => a - b), health: await health() }
}
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)

function changeJournal(sql: string): void {
  const database = new DatabaseSync(join(data(), 'journal', 'journal.db'))
  database.exec(sql)
  database.close()
}

test('a backup under load holds what was acknowledged before it, and is a city of its own on an empty machine', async () => {
  const running = await start()
  await signInFirst(running)
  await publishAll(running, 0, 100)
  await found(running)
  const device = await createDevice(running, 'bin-1')
  let acknowledged = 100
  let loading = true
  const load = (async () => {
    while (loading) {
      await publish(device, acknowledged)
      acknowledged++
    }
  })()
  const before = acknowledged
  const to = join(folder.path, 'backup')
  const manifest = await makeBackup({ ...told(), control: controlPath(data()), to, version: '0' })
  loading = false
  await load
  await device.end()
  expect(manifest.files.map(({ path }) => path)).toEqual([
    'history/history.duckdb',
    'identity.db',
    'journal/journal.db'
  ])
  expect(manifest.history?.offset).toBeLessThanOrEqual(manifest.offset)

  const restored = join(folder.path, 'restored')
  await restoreBackup({ ...told(), from: to, data: restored })
  const first = await found(running)
  await stop()
  const again = await start(restored)
  // Operators, readings and totals are those of the moment; what came later is not there, and nothing twice.
  const { numbers, health } = await found(again)
  expect(numbers.length).toBeGreaterThanOrEqual(before)
  expect(numbers).toEqual(upTo(numbers.length))
  expect(numbers.length).toBeLessThanOrEqual(acknowledged)
  expect(health.counters).toMatchObject({ accepted: numbers.length, stored: numbers.length, pending: 0 })
  expect(health.problems).toEqual([])
  expect(health.journal.epoch).not.toBe(first.health.journal.epoch)
  await publishAll(again, numbers.length, numbers.length + 10)
  expect((await found(again)).numbers).toEqual(upTo(numbers.length + 10))
})

test('a backup that is damaged, of a newer version or put where something is, is refused and leaves nothing', async () => {
  await signInFirst(await start())
  await stop()
  const to = join(folder.path, 'backup')
  await makeBackup({ ...told(), control: controlPath(data()), to, version: '0' })
  const restored = join(folder.path, 'restored')
  const restore = (at = restored) => restoreBackup({ ...told(), from: to, data: at })
  await expect(makeBackup({ ...told(), control: controlPath(data()), to, version: '0' })).rejects.toThrow(
    'is not empty'
  )
  symlinkSync(data(), join(folder.path, 'link'))
  for (const inside of [data(), join(data(), 'a', 'b'), join(folder.path, 'link', 'backup')]) {
    const made = makeBackup({ ...told(), control: controlPath(data()), to: inside, version: '0' })
    await expect(made).rejects.toThrow('lies in the data folder')
  }
  await expect(restore(data())).rejects.toThrow('is not empty: a backup is put into an empty data folder only')
  const file = join(to, 'journal', 'journal.db')
  const whole = readFileSync(file)
  writeFileSync(
    file,
    Buffer.concat([whole.subarray(0, 5_000), Buffer.from([whole[5_000] === 1 ? 2 : 1]), whole.subarray(5_001)])
  )
  await expect(restore()).rejects.toThrow('The backup is damaged: journal/journal.db is not what was written')
  truncateSync(file, 4_096)
  await expect(restore()).rejects.toThrow('journal/journal.db has 4096 bytes instead of')
  rmSync(file)
  await expect(restore()).rejects.toThrow('journal/journal.db is missing')
  writeFileSync(file, whole)
  const manifest = join(to, 'backup.json')
  const text = readFileSync(manifest, 'utf8')
  writeFileSync(manifest, text.replace('"format": 1', '"format": 2'))
  await expect(restore()).rejects.toThrow('was written by a newer version of city-brain (format 2)')
  writeFileSync(manifest, text.replace('"identity.db"', '"../identity.db"'))
  await expect(restore()).rejects.toThrow()
  expect(existsSync(restored) ? readdirSync(restored) : []).toEqual([])
  writeFileSync(manifest, text)
  await restore()
  expect(readdirSync(restored).sort()).toEqual(['history', 'identity.db', 'journal'])
})

test('damage: the start names the command, check tells what is gone, and after the salvage the city goes on', async () => {
  const running = await start()
  await signInFirst(running)
  await publishAll(running, 0, 200)
  await found(running)
  await stop()
  expect(await checkCommand(told())).toBe(0)
  expect(printed.at(-1)).toBe('The journal is whole.')
  // The history has all of them; of these the journal loses its newest.
  changeJournal(
    "UPDATE entry SET payload = replace(payload, '0', '1') WHERE kind = 2 AND offset > (SELECT max(offset) FROM entry) - 20"
  )
  await expect(start()).rejects.toThrow(/journal check --data .*\n.*journal salvage --data/)
  printed.length = 0
  expect(await checkCommand(told())).toBe(1)
  expect(printed).toContainEqual(
    expect.stringMatching(/^DAMAGED {2}\d+ to \d+, \d+ at most \(\d+ reading\): not what was written; received after/)
  )
  printed.length = 0
  expect(await salvageCommand(told())).toBe(0)
  expect(printed).toContainEqual(expect.stringMatching(/^GONE /))
  expect(printed).toContainEqual(
    expect.stringMatching(/^The history in DuckDB goes on from \d+: its 200 readings stay/)
  )
  const again = await start()
  expect(again.lines).toContainEqual(expect.stringMatching(/^warn View ".*it is built anew from what is kept/))
  await publishAll(again, 200, 210)
  const { numbers, health } = await found(again)
  expect(numbers).toEqual(upTo(210))
  expect(health).toMatchObject({ status: 'ok', counters: { received: 210, accepted: 210, stored: 210, pending: 0 } })
})

test('an older copy of the journal put back is noticed by the history, and no offset is given out twice', async () => {
  const running = await start()
  await signInFirst(running)
  await publishAll(running, 0, 50)
  await found(running)
  await stop()
  const older = join(folder.path, 'older')
  cpSync(join(data(), 'journal'), older, { recursive: true })
  const more = await start()
  await publishAll(more, 50, 200)
  await found(more)
  await stop()
  rmSync(join(data(), 'journal'), { recursive: true })
  cpSync(older, join(data(), 'journal'), { recursive: true })
  await expect(start()).rejects.toThrow(/the history has applied it up to \d+: an older copy was put back/)
  await salvageCommand(told())
  const again = await start()
  await publishAll(again, 200, 220)
  const { numbers, health } = await found(again)
  // The history had them, so not one is lost.
  expect(numbers).toEqual(upTo(220))
  expect(health).toMatchObject({ status: 'ok', counters: { accepted: 220, stored: 220 } })
})

test('a history of another journal takes nothing until it is rebuilt, and is then written anew', async () => {
  const running = await start()
  await signInFirst(running)
  await publishAll(running, 0, 30)
  await found(running)
  await stop()
  const other = join(folder.path, 'other')
  await start(other)
  await publishAll(city as TestCity, 500, 505)
  await expect
    .poll(async () => ((await (await fetch(`${city?.url}/api/health`)).json()) as Health).counters.stored)
    .toBe(5)
  await stop()
  rmSync(join(data(), 'history'), { recursive: true })
  cpSync(join(other, 'history'), join(data(), 'history'), { recursive: true })
  const strange = await start()
  const health = (await (await fetch(`${strange.url}/api/health`)).json()) as Health
  expect(health.problems[0]?.en).toContain('city-brain history rebuild')
  await stop()
  expect(await rebuildHistory({ ...told(), anew: false })).toBe(1)
  expect(printed.at(-1)).toContain('history rebuild --anew')
  expect(await rebuildHistory({ ...told(), anew: true })).toBe(0)
  expect(readdirSync(join(data(), 'history'))).toEqual([expect.stringMatching(/^history-before-.*\.duckdb$/)])
  expect((await found(await start())).numbers).toEqual(upTo(30))
})
