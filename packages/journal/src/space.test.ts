import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Journal } from '@city-brain/model'
import { expect, test } from 'vitest'
import type { JournalError } from './journal-error.ts'
import { outcome, reading } from './testing/drafts.ts'
import { until, useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()
const batch = Array.from({ length: 200 }, (_, n) => reading(n))

/** Appends readings until they are refused; says how many went in. */
async function fillUp(journal: Journal): Promise<{ appended: number; refusal: JournalError }> {
  for (let appended = 0; ; appended += batch.length) {
    try {
      await journal.append(batch)
    } catch (error) {
      return { appended, refusal: error as JournalError }
    }
    if (appended > 200_000) throw new Error('It never became full')
  }
}

test('at its limit the journal refuses intake, trims nothing that a view needs, and takes everything else', async () => {
  const limits = { limitBytes: 2_000_000, reserveBytes: 1, ballastBytes: 4_096, viewGrace: 0 }
  const journal = await folder.open({ rhythm: 10, limits })
  await journal.snapshot('history')
  const { appended, refusal } = await fillUp(journal)
  expect(refusal).toMatchObject({ code: 'full', detail: { limitBytes: 2_000_000 } })
  expect(journal.health()).toMatchObject({ state: 'full', limitBytes: 2_000_000, oldest: 1 })
  expect(journal.health().bytes).toBeGreaterThanOrEqual(1_940_000)
  expect(folder.logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'The journal is full: intake is stopped'
  ])
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect((await journal.read(0, 1_000_000)).length).toBe(appended)

  // What people, rules and the clock have to say goes in all the same.
  await journal.append([
    outcome('alarm'),
    { kind: 'tick', entity: '', source: 'system', payload: { now: 1, monotonic: 1 } }
  ])
  await journal.append([reading(1)], { view: { name: 'history', checkpoint: 10 } })
  await journal.append([], { tally: { duplicate: 1 } })
  const kept = appended + 3
  expect(journal.head).toBe(kept)

  // As soon as the view has what it needs, space returns.
  await journal.saveSnapshot('history', journal.head, {})
  await until(() => journal.health().state === 'ok', 'there is room again')
  expect(journal.health().oldest).toBeGreaterThan(1)
  expect((await journal.append(batch)).offsets[0]).toBe(kept + 1)
  expect(folder.logged.at(-1)).toMatchObject({ level: 'info', message: 'The journal has room again: intake goes on' })
})

test('where no view needs it, telemetry goes before the limit is reached, and intake never stops', async () => {
  const journal = await folder.open({
    rhythm: 10,
    limits: { limitBytes: 8_000_000, reserveBytes: 1, ballastBytes: 4_096, viewGrace: 0 }
  })
  await journal.append([outcome('first')])
  for (let n = 0; n < 400; n++) {
    await journal.append(batch)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(journal.head).toBe(80_001)
  expect(journal.health().state).toBe('ok')
  expect((await journal.read(0, 1))[0]).toMatchObject({ offset: 1, kind: 'operator-action' })
  expect((await journal.read(1, 1))[0]?.offset).toBeGreaterThan(1_000)
})

test('the limit without a wish is half of what the disk has, at most 20 GB', async () => {
  const journal = await folder.open()
  const { bavail, bsize } = statfsSync(folder.path())
  const expected = Math.min(20e9, (bavail * bsize) / 2)
  expect(Math.abs(journal.health().limitBytes - expected)).toBeLessThan(expected / 50)
})

const run = (program: string, parameters: string[]) => execFileSync(program, parameters, { stdio: 'pipe' })

/** A disk of its own, of 8 MB; undefined where this user may not have one. */
function mountSmallDisk(): string | undefined {
  const path = join(folder.path(), 'disk')
  mkdirSync(path)
  try {
    run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path])
    return path
  } catch {
    return undefined
  }
}

test('a disk that is really full loses nothing, gives up the ballast, and goes on when space returns', async (context) => {
  const disk = mountSmallDisk()
  if (disk === undefined) return context.skip('mounting a small disk needs root')
  try {
    const data = join(disk, 'journal')
    // No reserve: intake goes on until the disk itself refuses.
    const limits = { limitBytes: 1e9, reserveBytes: -1, ballastBytes: 500_000, viewGrace: 0 }
    const journal = await folder.open({ folder: data, rhythm: 20, limits })
    await journal.snapshot('history')
    expect(existsSync(join(data, 'ballast'))).toBe(true)
    await journal.append(batch)
    // Something else fills the disk to the last byte.
    const other = join(disk, 'other')
    for (let size = 1_000_000; size >= 4_096; ) {
      try {
        writeFileSync(other, Buffer.alloc(size), { flag: 'a' })
      } catch {
        size = Math.floor(size / 2)
      }
    }
    const acknowledged: number[] = []
    let refusal: unknown
    for (let n = 0; n < 3_000 && refusal === undefined; n++) {
      await journal.append(batch).then(
        ({ offsets }) => acknowledged.push(...offsets.map(Number)),
        (error: unknown) => {
          refusal = error
        }
      )
    }
    expect(refusal).toMatchObject({ code: 'full' })
    await until(() => journal.health().state === 'full', 'the journal says that it is full')
    expect((await journal.read(0, 100_000)).map(({ offset }) => offset)).toEqual([
      ...batch.map((_, n) => n + 1),
      ...acknowledged
    ])

    // The ballast is gone, so a snapshot can be written, and retention can cut what nobody needs any more.
    expect(existsSync(join(data, 'ballast'))).toBe(false)
    await journal.saveSnapshot('history', journal.head, {})
    await until(() => journal.health().oldest === journal.head, 'retention has cut all but the newest')
    expect(journal.health().state).toBe('full')

    rmSync(other)
    await until(() => journal.health().state === 'ok', 'space has returned')
    expect(existsSync(join(data, 'ballast'))).toBe(true)
    const after = await journal.append(batch)
    await journal.close()
    const again = await folder.open({ folder: data, limits })
    expect(again.head).toBe(after.head)
    expect((await again.read(0, 100_000)).map(({ offset }) => offset)).toContain(after.head)
    await again.close()
  } finally {
    run('umount', ['-l', disk])
  }
})

test('where the disk runs short, intake stops before its end; what retention cuts goes back to the disk', async (context) => {
  const disk = mountSmallDisk()
  if (disk === undefined) return context.skip('mounting a small disk needs root')
  try {
    const data = join(disk, 'journal')
    const limits = { limitBytes: 1e9, reserveBytes: 400_000, ballastBytes: 1_000_000, viewGrace: 0 }
    const journal = await folder.open({ folder: data, rhythm: 20, limits })
    await journal.snapshot('history')
    const { appended } = await fillUp(journal)
    await until(() => journal.health().state === 'full', 'the journal says that it is full')
    expect(await journal.read(0, 100_000)).toHaveLength(appended)
    await journal.saveSnapshot('history', journal.head, {})
    await until(() => journal.health().state === 'ok', 'retention has made room')
    expect((await journal.append(batch)).head).toBe(journal.head)
    await journal.close()
  } finally {
    run('umount', ['-l', disk])
  }
})

/** Bytes that a file of this process may have from now on, as a quota would have it. */
const limitFiles = (bytes: number | 'unlimited') =>
  run('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`])

test.runIf(process.platform === 'linux')('a file that may not grow is a full disk, until it may', async () => {
  const limits = { limitBytes: 1e9, reserveBytes: 1, ballastBytes: 500_000, viewGrace: 0 }
  const journal = await folder.open({ rhythm: 20, limits })
  await journal.snapshot('history')
  await journal.append(batch)
  let appended = batch.length
  try {
    limitFiles(2_000_000)
    const filled = await fillUp(journal)
    appended += filled.appended
    expect(filled.refusal).toMatchObject({ code: 'full' })
    await until(() => journal.health().state === 'full', 'the journal says that it is full')
    expect(await journal.read(0, 100_000)).toHaveLength(appended)
  } finally {
    limitFiles('unlimited')
  }
  await until(() => journal.health().state === 'ok', 'files may grow again')
  expect((await journal.append(batch)).offsets[0]).toBe(appended + 1)
})
