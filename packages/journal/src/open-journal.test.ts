import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entry } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { describe, expect, test } from 'vitest'
import { outcome, reading } from './testing/drafts.ts'
import { handClock, until, useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()

describe('entries', () => {
  test('what is appended is read back with contiguous offsets, and after a reopening too', async () => {
    const journal = await folder.open()
    const tailed: Entry[] = []
    journal.tail((entries) => tailed.push(...entries))
    const drafts = Array.from({ length: 1_234 }, (_, n) => reading(n, { fingerprint: 4_000_000_000_000_000 + n }))
    const appended = await Promise.all([journal.append(drafts.slice(0, 1_000)), journal.append(drafts.slice(1_000))])
    expect(appended[0].offsets).toEqual(drafts.slice(0, 1_000).map((_, n) => n + 1))
    expect(appended[1].offsets).toEqual(drafts.slice(1_000).map((_, n) => n + 1_001))
    const entries = await journal.read(0, 10_000)
    expect(entries).toEqual(drafts.map((draft, n) => ({ ...draft, offset: n + 1, receivedAt: expect.any(Number) })))
    expect(tailed).toEqual(entries)
    await journal.close()

    const again = await folder.open()
    expect(again.epoch).toBe(journal.epoch)
    expect(again.head).toBe(1_234)
    expect(await again.read(0, 10_000)).toEqual(entries)
    expect(await again.read(700, 3)).toEqual(entries.slice(700, 703))
  })

  test('an id that is there already is dropped: within a batch, in a later one, and after a restart', async () => {
    const journal = await folder.open()
    const first = await journal.append([outcome('a'), reading(1), outcome('a'), outcome('b')])
    expect(first.offsets).toEqual([1, 2, undefined, 3])
    const seen: number[] = []
    journal.tail((entries) => seen.push(...entries.map(({ offset }) => offset)))
    const second = await journal.append([outcome('b'), outcome('c'), reading(2)])
    expect(second).toEqual({ offsets: [undefined, 4, 5], head: 5 })
    expect(seen).toEqual([4, 5])
    expect(await journal.append([outcome('a')])).toEqual({ offsets: [undefined], head: 5 })
    await journal.close()
    const again = await folder.open()
    expect(await again.append([outcome('c'), outcome('d')])).toEqual({ offsets: [undefined, 6], head: 6 })
  })

  test('reads by kind, forward and back, by entity, before an offset', async () => {
    const journal = await folder.open()
    for (let n = 0; n < 3_000; n += 100) {
      await journal.append(Array.from({ length: 99 }, (_, k) => reading(n + k)))
      await journal.append([outcome(`o${n}`, { entity: n % 200 === 0 ? 'anna' : 'ben' })])
    }
    const all = await journal.read(0, 10_000)
    const actions = all.filter(({ kind }) => kind === 'operator-action')
    const readings = all.filter(({ kind }) => kind === 'reading')
    expect(all).toHaveLength(3_000)
    expect(await journal.read(0, 10_000, ['operator-action'])).toEqual(actions)
    expect(await journal.read(0, 10_000, ['reading'])).toEqual(readings)
    expect(await journal.read(150, 7, ['operator-action', 'reading'])).toEqual(all.slice(150, 157))
    expect(await journal.readBack({ kinds: ['operator-action'], limit: 4 })).toEqual(actions.slice(-4).reverse())
    const annas = actions.filter(({ entity }) => entity === 'anna').reverse()
    expect(await journal.readBack({ kinds: ['operator-action'], entity: 'anna', limit: 100 })).toEqual(annas)
    expect(await journal.readBack({ kinds: ['operator-action'], entity: 'anna', before: 1_500, limit: 100 })).toEqual(
      annas.filter(({ offset }) => offset < 1_500)
    )
    expect(await journal.readBack({ kinds: ['reading', 'operator-action'], before: 1_500, limit: 120 })).toEqual(
      all.slice(1_379, 1_499).reverse()
    )
    expect(await journal.readBack({ kinds: ['reading'], entity: 'detector-3', limit: 5 })).toEqual(
      readings
        .filter(({ entity }) => entity === 'detector-3')
        .slice(-5)
        .reverse()
    )
  })

  test('a listener gets each group once, in order, from the moment it began, until it ends', async () => {
    const journal = await folder.open()
    await journal.append([reading(0)])
    const early: number[] = []
    const late: number[] = []
    const end = journal.tail((entries) => early.push(...entries.map(({ offset }) => offset)))
    const before = Promise.all(Array.from({ length: 50 }, (_, n) => journal.append([reading(n), reading(n)])))
    await before
    journal.tail((entries) => late.push(...entries.map(({ offset }) => offset)))
    await journal.append([reading(1)])
    end()
    await journal.append([reading(2)])
    expect(early).toEqual(Array.from({ length: 101 }, (_, n) => n + 2))
    expect(late).toEqual([102, 103])
  })

  test('a listener that throws is logged, and keeps nobody else from the entries', async () => {
    const journal = await folder.open()
    const seen: number[] = []
    journal.tail(() => {
      throw new Error('boom')
    })
    journal.tail((entries) => seen.push(...entries.map(({ offset }) => offset)))
    await journal.append([reading(1)])
    expect(seen).toEqual([1])
    expect(folder.logged).toContainEqual({
      level: 'error',
      message: expect.any(String),
      detail: { error: 'Error: boom' }
    })
  })

  test('a draft that cannot be kept as it is rejects its append and stores nothing of it', async () => {
    const journal = await folder.open()
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const wrong = [
      { ...reading(1), kind: 'nonsense' },
      { ...reading(1), payload: circular },
      { ...reading(1), payload: undefined },
      { ...reading(1), entity: 'a\0b' },
      { ...reading(1), fingerprint: -1 },
      { ...reading(1), receivedAt: Number.NaN }
    ] as never[]
    const good = journal.append([reading(1)])
    for (const draft of wrong) {
      await expect(journal.append([reading(7), draft])).rejects.toMatchObject({ code: 'invalid' })
    }
    await good
    await journal.append([reading(2)])
    expect((await journal.read(0, 10)).map(({ payload }) => payload)).toEqual([reading(1).payload, reading(2).payload])
  })

  test('a reading past the end is refused, and so is everything after closing', async () => {
    const journal = await folder.open()
    await journal.append([reading(1)])
    await expect(journal.read(2, 1)).rejects.toMatchObject({ code: 'past-end', detail: { offset: 2, head: 1 } })
    await expect(journal.read(-1, 1)).rejects.toMatchObject({ code: 'invalid' })
    const last = journal.append([reading(2)])
    await journal.close()
    expect((await last).offsets).toEqual([2])
    await expect(journal.append([reading(3)])).rejects.toMatchObject({ code: 'closed' })
    await expect(journal.read(0, 1)).rejects.toMatchObject({ code: 'closed' })
    expect((await folder.open()).head).toBe(2)
  })
})

describe('totals and snapshots', () => {
  test('totals are counted with the append that they belong to, and survive a restart', async () => {
    const journal = await folder.open()
    await Promise.all([
      journal.append([reading(1), reading(2)], { tally: { accepted: 2 } }),
      journal.append([], { tally: { duplicate: 3 } }),
      journal.append([reading(3)], { tally: { rejected: 1 } })
    ])
    await expect(journal.append([{ ...reading(4), entity: '\0' }], { tally: { accepted: 1 } })).rejects.toThrow()
    expect(journal.tally()).toEqual({ accepted: 2, rejected: 1, duplicate: 3 })
    await journal.close()
    const again = await folder.open()
    expect(again.tally()).toEqual({ accepted: 2, rejected: 1, duplicate: 3 })
    await again.append([], { tally: { accepted: 1 } })
    expect(again.tally()).toEqual({ accepted: 3, rejected: 1, duplicate: 3 })
  })

  test('a snapshot comes back as it was kept, and a checkpoint alone does not move it', async () => {
    const journal = await folder.open()
    await journal.append([reading(1), reading(2), reading(3)])
    expect(await journal.snapshot('alarms')).toBeUndefined()
    await journal.saveSnapshot('alarms', 2, { format: 1, names: ['停车'] })
    await journal.append([outcome('x')], { view: { name: 'alarms', checkpoint: 3 } })
    const kept = { epoch: journal.epoch, offset: 2, state: { format: 1, names: ['停车'] } }
    expect(await journal.snapshot('alarms')).toEqual(kept)
    await journal.append([outcome('y')], { view: { name: 'alarms', checkpoint: 4, state: 'four' } })
    await journal.close()
    expect(await (await folder.open()).snapshot('alarms')).toEqual({ epoch: journal.epoch, offset: 4, state: 'four' })
  })

  test('a checkpoint past the end is refused, and nothing of its append is stored', async () => {
    const journal = await folder.open()
    await journal.append([reading(1)])
    const refused = { code: 'past-end', detail: { offset: 9, head: 1, epoch: journal.epoch } }
    await expect(journal.append([reading(2)], { view: { name: 'v', checkpoint: 9 } })).rejects.toMatchObject(refused)
    await expect(journal.saveSnapshot('v', 9, {})).rejects.toMatchObject(refused)
    expect(journal.head).toBe(1)
  })

  test('a snapshot of another epoch is refused with both named', async () => {
    const journal = await folder.open()
    await journal.append([reading(1), reading(2)])
    await journal.saveSnapshot('v', 1, {})
    await journal.close()
    const stranger = '00000000-0000-0000-0000-000000000000'
    const { recordChecksum } = await import('./checksum.ts')
    const database = new DatabaseSync(join(folder.path(), 'journal.db'))
    database
      .prepare('UPDATE view SET epoch = ?, crc = ? WHERE name = ?')
      .run(stranger, recordChecksum('v', stranger, 1, '{}'), 'v')
    database.close()
    const again = await folder.open()
    const error = await again.snapshot('v').catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'other-epoch',
      detail: { viewEpoch: stranger, epoch: journal.epoch, offset: 1 }
    })
    expect(String(error)).toContain(stranger)
    expect(String(error)).toContain(journal.epoch)
  })
})

describe('the file', () => {
  test('a second opening is refused in one line while the first lasts', async () => {
    const journal = await folder.open()
    const refusal = { code: 'locked', message: `The journal in ${folder.path()} is open in another process` }
    await expect(folder.open()).rejects.toMatchObject(refusal)
    await journal.append([reading(1)])
    await journal.close()
    expect((await folder.open()).head).toBe(1)
  })

  test('another process is refused too, and its lock ends with it, however it ends', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', new URL('./testing/appender.ts', import.meta.url).pathname, folder.path()],
      {
        stdio: ['ignore', 'pipe', 'inherit']
      }
    )
    await once(child.stdout, 'data')
    await expect(folder.open()).rejects.toMatchObject({ code: 'locked' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect((await folder.open()).head).toBeGreaterThan(0)
  })

  test('a newer format and a stranger are refused, and stay as they were', async () => {
    await (await folder.open()).close()
    const file = join(folder.path(), 'journal.db')
    const database = new DatabaseSync(file)
    database.exec('PRAGMA user_version = 2')
    database.close()
    await expect(folder.open()).rejects.toMatchObject({
      code: 'unknown-format',
      message: expect.stringContaining('has format 2; this version reads format 1')
    })
    const stranger = new DatabaseSync(file)
    stranger.exec('PRAGMA user_version = 0; PRAGMA application_id = 7')
    stranger.close()
    const before = readFileSync(file)
    await expect(folder.open()).rejects.toMatchObject({ code: 'unknown-format' })
    expect(readFileSync(file).equals(before)).toBe(true)
    writeFileSync(file, 'not a database at all, '.repeat(100))
    await expect(folder.open()).rejects.toMatchObject({ code: 'damaged' })
  })

  test('a folder that cannot be made is one clear error', async () => {
    const file = join(folder.path(), 'file')
    writeFileSync(file, '')
    await expect(folder.open({ folder: join(file, 'journal') })).rejects.toMatchObject({ code: 'unwritable' })
  })

  test('where committed entries are gone, the journal names them and does not give out their offsets again', async () => {
    const journal = await folder.open()
    await journal.append([reading(1), reading(2)])
    await journal.close()
    const file = join(folder.path(), 'journal.db')
    copyFileSync(file, `${file}.old`)
    const more = await folder.open()
    await more.append([reading(3), reading(4), reading(5)])
    await more.close()
    copyFileSync(`${file}.old`, file)
    for (const _ of [1, 2]) {
      await expect(folder.open()).rejects.toMatchObject({
        code: 'damaged',
        message: 'The journal ends at 2, but had committed up to 5: entries 3 to 5 are lost',
        detail: { from: 3, to: 5, epoch: journal.epoch }
      })
    }
  })
})

test('ticks come by themselves, go on over a restart, and show a stop as a clock step', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, ticks: 'wall', rhythm: 10 })
  await until(() => journal.head >= 1, 'the first tick is written')
  clock.advance(5_000)
  const head = journal.head
  await until(() => journal.head > head + 1, 'the next tick is written')
  await journal.close()
  const ticks = await (async () => {
    clock.jump(3_600_000)
    const again = await folder.open({ clock, ticks: 'wall', rhythm: 10 })
    await until(() => again.head > journal.head, 'a tick after the restart')
    return await again.read(0, 100_000)
  })()
  const last = ticks.filter(({ offset }) => offset <= journal.head).at(-1)
  expect(last).toMatchObject({ kind: 'tick', source: 'system', payload: { monotonic: 5_000 } })
  expect(ticks[journal.head]).toMatchObject({ kind: 'clock-step', payload: { jump: 3_600_000 } })
  expect(ticks[journal.head + 1]).toMatchObject({ kind: 'tick', payload: { monotonic: 5_000, now: clock.now() } })
})
