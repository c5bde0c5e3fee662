import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HistoryStore } from '@city-brain/model'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { base, detector, nothingRefused } from '../testing/history-contract-rows.ts'
import { adoptDuckDbEpoch, readDuckDbCheckpoint } from './history-file.ts'
import { openDuckDbHistory } from './open-duckdb-history.ts'
import { startWorker, type WorkerClient } from './worker-client.ts'

const day = 86_400_000
let folder: string
let stores: HistoryStore[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'history-'))
  stores = []
})
afterEach(async () => {
  for (const store of stores) await store.close()
  rmSync(folder, { recursive: true })
})

async function open(options: Partial<Parameters<typeof openDuckDbHistory>[0]> = {}): Promise<HistoryStore> {
  const store = await openDuckDbHistory({ folder, retentionDays: 400, log: () => undefined, ...options })
  stores.push(store)
  return store
}

/** The file as any other program sees it, while the store is closed. */
async function inside(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(join(folder, 'history.duckdb'))
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(sql)).getRows()
  connection.closeSync()
  instance.closeSync()
  return rows
}

/** Starts a process that writes, and kills it after so many checkpoints. Resolves with the last one it told. */
async function writeUntilKilled(checkpoints: number): Promise<number> {
  const program = join(import.meta.dirname, '../testing/write-until-killed.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  let told = 0
  let seen = 0
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line)
    if (++seen === checkpoints) setTimeout(() => child.kill('SIGKILL'), Math.random() * 15)
  }
  await ended
  return told
}

test('rows and checkpoint agree after kill -9 in the midst of writing, whenever it comes', async () => {
  for (const checkpoints of [1, 7, 20]) {
    const told = await writeUntilKilled(checkpoints)
    const store = await open()
    const checkpoint = await store.checkpoint()
    await store.close()
    expect(checkpoint?.offset).toBeGreaterThanOrEqual(told)
    const [[count, distinct, greatest] = []] = await inside(
      'SELECT count(*), count(DISTINCT "offset"), max("offset") FROM "TrafficFlowObserved"'
    )
    expect([Number(count), Number(distinct), Number(greatest)]).toEqual([
      checkpoint?.stored,
      checkpoint?.stored,
      checkpoint?.offset
    ])
    expect(checkpoint?.stored).toBe(checkpoint?.offset)
    const [[orphans] = []] = await inside(
      'SELECT count(*) FROM "TrafficFlowObserved" WHERE entity NOT IN (SELECT id FROM entities)'
    )
    expect(Number(orphans)).toBe(0)
  }
}, 60_000)

test('an attribute that the vocabulary gained gets its column, and older rows lack it', async () => {
  let store = await open()
  await store.write([detector(1, base, { intensity: 1 })], { epoch: 'e', offset: 1 }, nothingRefused)
  await store.close()
  await inside('ALTER TABLE "TrafficFlowObserved" DROP COLUMN occupancy')
  store = await open()
  await store.write([detector(2, base + 1, { occupancy: 0.5 })], { epoch: 'e', offset: 2 }, nothingRefused)
  const answer = await store.query({ entity: 'det-1', type: 'TrafficFlowObserved', from: base, to: base + 10 })
  expect(answer.points).toEqual([
    { dateObserved: base, offset: 1, values: { intensity: 1 } },
    { dateObserved: base + 1, offset: 2, values: { occupancy: 0.5 } }
  ])
})

test('an attribute that has changed its kind is told, with what to do', async () => {
  await (await open()).close()
  await inside('ALTER TABLE "TrafficFlowObserved" ALTER COLUMN occupancy TYPE VARCHAR')
  await expect(open()).rejects.toThrow(HistoryMisconfigured)
  await expect(open()).rejects.toThrow(/TrafficFlowObserved has occupancy as VARCHAR.*DOUBLE/)
})

test('rows that grow older than the retention go, at the opening and while it runs', async () => {
  let now = base
  const clock = { now: () => now, monotonic: () => 0 }
  let store = await open({ retentionDays: 10, clock })
  const rows = [9, 7, 0].map((days, i) => detector(i + 1, base - days * day, { intensity: i }))
  await store.write(rows, { epoch: 'e', offset: 3 }, nothingRefused)
  await store.close()
  const offsets = async () =>
    (await inside('SELECT "offset" FROM "TrafficFlowObserved" ORDER BY 1')).map(([at]) => Number(at))
  expect(await offsets()).toEqual([1, 2, 3])
  now = base + 2 * day
  store = await open({ retentionDays: 10, clock })
  await store.close()
  expect(await offsets()).toEqual([2, 3])
  store = await open({ retentionDays: 10, clock })
  now = base + 4 * day
  await store.write([detector(4, now, { intensity: 4 })], { epoch: 'e', offset: 4 }, nothingRefused)
  await store.close()
  expect(await offsets()).toEqual([3, 4])
})

test('when its thread ends the next call starts another, and nothing is lost or doubled', async () => {
  const workers: WorkerClient[] = []
  const start = () => {
    const worker = startWorker()
    workers.push(worker)
    return worker
  }
  const log = vi.fn()
  const store = await open({ start, log })
  await store.write([detector(1, base, { intensity: 1 })], { epoch: 'e', offset: 1 }, nothingRefused)
  const interrupted = store.write([detector(2, base + 1, { intensity: 2 })], { epoch: 'e', offset: 2 }, nothingRefused)
  const outcome = interrupted.then(
    () => 'stored',
    (fault: unknown) => fault
  )
  await workers[0]?.terminate()
  expect(['stored', expect.any(HistoryUnavailable)]).toContainEqual(await outcome)
  const rows = [detector(1, base, { intensity: 1 }), detector(2, base + 1, { intensity: 2 })]
  expect(await store.write(rows, { epoch: 'e', offset: 2 }, nothingRefused)).toMatchObject({ offset: 2, stored: 2 })
  const answer = await store.query({ entity: 'det-1', type: 'TrafficFlowObserved', from: base, to: base + 10 })
  expect(answer.points.map((point) => 'offset' in point && point.offset)).toEqual([1, 2])
  expect(workers).toHaveLength(2)
  expect(log).toHaveBeenCalledWith('warn', expect.stringContaining('thread'))
})

test('on a full disk it says so, also where DuckDB gives itself up in a checkpoint, and goes on when there is room', async () => {
  // No file may grow beyond that; the log of DuckDB stays below it, so that the checkpoint into the file is what fails.
  const program = join(import.meta.dirname, '../testing/write-through-faults.ts')
  const command = ['--fsize=20000000:unlimited', process.execPath, '--import', 'tsx', program, folder]
  const child = spawn('prlimit', command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const faults: string[] = []
  let before = 0
  let last = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (/^\d+$/.test(line)) last = Number(line)
    else if (faults.push(line) === 3) {
      before = last
      spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
    }
    if (before > 0 && last > before + 20_000) child.kill('SIGKILL')
  }
  await ended
  for (const fault of faults) expect(fault).toMatch(/^history-unavailable: /)
  expect(faults.join()).toMatch(/checkpoint.*File too large/)
  const checkpoint = await (await open()).checkpoint()
  expect(checkpoint?.offset).toBeGreaterThanOrEqual(last)
  await stores[0]?.close()
  const [[count, distinct] = []] = await inside('SELECT count(*), count(DISTINCT "offset") FROM "TrafficFlowObserved"')
  expect([Number(count), Number(distinct)]).toEqual([checkpoint?.stored, checkpoint?.offset])
}, 120_000)

test('a damaged file is told at once, with the command that makes it anew', async () => {
  const store = await open()
  for (let from = 0; from < 40_000; from += 10_000) {
    const rows = Array.from({ length: 10_000 }, (_, i) => detector(from + i + 1, base + from + i, { intensity: i }))
    await store.write(rows, { epoch: 'e', offset: from + 10_000 }, nothingRefused)
  }
  await store.close()
  const file = join(folder, 'history.duckdb')
  const whole = readFileSync(file)
  const damages: ((bytes: Buffer) => Buffer)[] = [
    (bytes) => bytes.subarray(0, bytes.length >> 1),
    (bytes) => bytes.fill(0, 0, 4_096),
    (bytes) => bytes.fill(0, 4_096 * 3, 4_096 * 40),
    (bytes) => bytes.fill(0xff, bytes.length - 300_000)
  ]
  let refused = 0
  for (const damage of damages) {
    writeFileSync(file, damage(Buffer.from(whole)))
    const fault: unknown = await open().then(
      () => undefined,
      (thrown: unknown) => thrown
    )
    // What is damaged where nobody looks at the start may open, and is found when it is asked for.
    if (fault === undefined) continue
    refused++
    expect(fault).toBeInstanceOf(HistoryMisconfigured)
    expect((fault as Error).message).toMatch(/history\.duckdb.*city-brain history rebuild$/)
  }
  expect(refused).toBeGreaterThanOrEqual(2)
})

test('a file that another process holds, or that is none, is told at once', async () => {
  writeFileSync(
    join(folder, 'history.duckdb'),
    'this is not a database at all, though it is longer than a header'.repeat(200)
  )
  await expect(open()).rejects.toThrow(HistoryMisconfigured)
  await expect(open()).rejects.toThrow(/history\.duckdb/)
})

test('a copy is taken while it is written: rows and checkpoint of one moment, and it goes on from there', async () => {
  const store = await open()
  const batch = (from: number) =>
    Array.from({ length: 2_000 }, (_, i) => detector(from + i, base + from + i, { intensity: i }))
  let written = 0
  let stopped = false
  const writing = (async () => {
    while (!stopped) {
      await store.write(batch(written + 1), { epoch: 'e', offset: written + 2_000 }, nothingRefused)
      written += 2_000
    }
  })()
  await vi.waitFor(() => expect(written).toBeGreaterThan(10_000))
  const copy = mkdtempSync(join(tmpdir(), 'history-copy-'))
  try {
    const before = written
    const taken = await store.copyTo?.(join(copy, 'history.duckdb'))
    expect(readdirSync(copy)).toEqual(['history.duckdb'])
    const after = written
    await vi.waitFor(() => expect(written).toBeGreaterThan(after + 4_000))
    stopped = true
    await writing
    expect(taken?.offset).toBeGreaterThanOrEqual(before)
    expect(taken?.offset).toBeLessThan(written)

    const restored = await open({ folder: copy })
    expect(await restored.checkpoint()).toEqual(taken)
    const count = async () => {
      const { points } = await restored.query({
        entity: 'det-1',
        type: 'TrafficFlowObserved',
        from: base,
        to: base + day * 300,
        every: day * 365
      })
      return points.reduce((sum, point) => sum + ('count' in point ? point.count : 0), 0)
    }
    expect(await count()).toBe(taken?.stored)
    const next = (taken?.offset ?? 0) + 1
    await restored.write(batch(next), { epoch: 'e', offset: next + 1_999 }, nothingRefused)
    expect(await count()).toBe((taken?.stored ?? 0) + 2_000)
    await restored.close()
  } finally {
    stopped = true
    await writing
    rmSync(copy, { recursive: true })
  }
})

test('a copy goes over nothing that is there, and leaves nothing where it fails', async () => {
  const store = await open()
  await store.write([detector(1, base, { intensity: 1 })], { epoch: 'e', offset: 1 }, nothingRefused)
  const there = join(folder, 'there')
  writeFileSync(there, 'mine')
  await expect(store.copyTo?.(there)).rejects.toThrow(/there already/)
  expect(readFileSync(there, 'utf8')).toBe('mine')
  await expect(store.copyTo?.(join(folder, 'no such folder', 'copy'))).rejects.toThrow(/no such folder/)
  expect(await store.copyTo?.(join(folder, "the city's copy"))).toMatchObject({ offset: 1 })
  expect(await store.write([detector(2, base, {})], { epoch: 'e', offset: 2 }, nothingRefused)).toMatchObject({
    stored: 2
  })
})

test('a folder that cannot be made is told at once', async () => {
  writeFileSync(join(folder, 'file'), '')
  await expect(open({ folder: join(folder, 'file', 'below') })).rejects.toThrow(HistoryMisconfigured)
})

test('is held by one process at a time', async () => {
  const program = join(import.meta.dirname, '../testing/write-until-killed.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await expect(open()).rejects.toThrow(HistoryMisconfigured)
  } finally {
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
  }
})

test('after it was closed it answers no more', async () => {
  const store = await open()
  await store.close()
  await expect(store.latestAt(base)).rejects.toThrow(HistoryMisconfigured)
  await store.close()
})

test('it goes on under another epoch once it was told to, with all its rows', async () => {
  expect(await readDuckDbCheckpoint(folder)).toBeUndefined()
  let store = await open()
  await store.write([detector(1, base, { intensity: 1 })], { epoch: 'e', offset: 1 }, nothingRefused)
  await store.close()
  expect(await readDuckDbCheckpoint(folder)).toEqual({ epoch: 'e', offset: 1, stored: 1, refused: 0 })
  await adoptDuckDbEpoch(folder, 'f')
  store = await open()
  await store.write([detector(9, base + 1, { intensity: 9 })], { epoch: 'f', offset: 9 }, nothingRefused)
  const query = { entity: 'det-1', type: 'TrafficFlowObserved' as const, from: base, to: base + 10 }
  expect((await store.query(query)).points).toMatchObject([{ offset: 1 }, { offset: 9 }])
})

test('a file of a newer format is refused with a line that says so', async () => {
  await (await open()).close()
  await inside('UPDATE format SET version = 2')
  await expect(open()).rejects.toThrow('The history was written by a newer version of city-brain (format 2)')
  // One from before the format was kept is opened as the first.
  await inside('DROP TABLE format')
  await (await open()).close()
  expect(await inside('SELECT version FROM format')).toEqual([[1]])
})
