import { join } from 'node:path'
import type { Draft, Entry, Journal, View } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { recordChecksum } from './checksum.ts'
import { JournalError } from './journal-error.ts'
import { runView } from './run-view.ts'
import { outcome, reading } from './testing/drafts.ts'
import { until, useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()
const log = () => {}

/** Sums what it sees, and answers every tenth reading with an outcome. */
function summing(options: { failAt?: number; format?: number; busyFor?: number } = {}): View & {
  seen: number[]
  restored: unknown[]
} {
  let state = { format: options.format ?? 1, sum: 0, count: 0 }
  const seen: number[] = []
  const restored: unknown[] = []
  return {
    name: 'summing',
    kinds: ['reading'],
    seen,
    restored,
    restore(from) {
      restored.push(from)
      state =
        from === undefined ? { format: options.format ?? 1, sum: 0, count: 0 } : structuredClone(from as typeof state)
    },
    apply(entry: Entry): Draft[] | undefined {
      if (entry.offset === options.failAt) throw new Error('cannot')
      seen.push(entry.offset)
      state.sum += entry.offset
      state.count++
      return state.count % 10 === 0
        ? [outcome(`summing/1/all/${entry.offset}/0`, { entity: String(state.sum) })]
        : undefined
    },
    snapshot: () => ({ ...state })
  }
}

const readings = (count: number) => Array.from({ length: count }, (_, n) => reading(n))
const outcomesOf = async (journal: Journal) =>
  (await journal.readBack({ kinds: ['operator-action'], limit: 10_000 })).map(({ entity }) => entity).reverse()

test('a view catches up in pages, then follows: every entry once and in order, while more comes', async () => {
  const journal = await folder.open()
  await journal.append(readings(3_210))
  const view = summing()
  const running = await runView({ journal, view, log })
  const more = Array.from({ length: 100 }, () => journal.append(readings(13)))
  await running.caughtUp
  await Promise.all(more)
  await journal.append(readings(7))
  await until(() => running.offset === journal.head, 'the view has applied everything')
  const all = (await journal.read(0, 100_000, ['reading'])).map(({ offset }) => offset)
  expect(view.seen).toEqual(all)
  expect(all).toHaveLength(3_210 + 1_300 + 7)
  expect(await outcomesOf(journal)).toHaveLength(Math.floor(all.length / 10))
  await running.stop()
})

test('it goes on from its snapshot, and appends nothing twice after a stop without one', async () => {
  const journal = await folder.open()
  await journal.append(readings(50))
  const first = await runView({ journal, view: summing(), log })
  await first.caughtUp
  await first.stop()
  expect(await journal.snapshot('summing')).toMatchObject({ state: { count: 50 } })
  await journal.append(readings(50))

  // A crash: outcomes of the second fifty are appended, but no snapshot of them is kept.
  const crashed = await runView({ journal, view: summing(), log })
  await crashed.caughtUp
  await until(() => crashed.offset === journal.head, 'the view has applied its own outcomes too')
  const before = await outcomesOf(journal)
  expect(before).toHaveLength(10)

  const view = summing()
  const third = await runView({ journal, view, log })
  await third.caughtUp
  expect(view.restored).toEqual([undefined, { format: 1, sum: (50 * 51) / 2, count: 50 }])
  expect(view.seen).toHaveLength(50)
  expect(await outcomesOf(journal)).toEqual(before)
  await third.stop()
})

test('snapshots are kept while it runs, after so many entries or so long', async () => {
  const journal = await folder.open()
  let now = 0
  const running = await runView({
    journal,
    view: summing(),
    log,
    snapshotEvery: { entries: 100, milliseconds: 1_000 },
    clock: { monotonic: () => now }
  })
  await running.caughtUp
  await journal.append(readings(99))
  expect(await journal.snapshot('summing')).toBeUndefined()
  await journal.append(readings(1))
  await until(() => running.offset === journal.head, 'the view has applied everything')
  const byCount = await journal.snapshot('summing')
  expect(byCount?.offset).toBeGreaterThanOrEqual(100)
  now = 1_001
  await journal.append([outcome('another')])
  await until(() => running.offset === journal.head, 'the view has applied everything')
  expect((await journal.snapshot('summing'))?.offset).toBe(journal.head)
  await running.stop()
})

test('a view whose apply throws stops with an error that names it and the offset; what it had caused is appended', async () => {
  const journal = await folder.open()
  const messages: string[] = []
  const running = await runView({
    journal,
    view: summing({ failAt: 25 }),
    log: (level, message) => messages.push(`${level} ${message}`)
  })
  await running.caughtUp
  await journal.append(readings(40))
  await until(() => running.error !== undefined, 'the view has stopped')
  const message = 'View "summing" failed at entry 25 (reading): cannot'
  expect(running.error?.message).toBe(message)
  expect(messages).toEqual([`error ${message}`])
  expect(running.offset).toBe(24)
  expect(await outcomesOf(journal)).toHaveLength(2)
  await journal.append(readings(10))
  await running.stop()
  expect(running.offset).toBe(24)
  expect(await journal.snapshot('summing')).toBeUndefined()
})

test('one that fails while it catches up rejects caughtUp', async () => {
  const journal = await folder.open()
  await journal.append(readings(3))
  const running = await runView({ journal, view: summing({ failAt: 2 }), log })
  await expect(running.caughtUp).rejects.toThrow('failed at entry 2')
})

test('outcomes are written before the next entries are applied', async () => {
  const journal = await folder.open()
  const view = summing()
  const running = await runView({ journal, view, log })
  await running.caughtUp
  const heads: number[] = []
  const apply = view.apply
  let causes = 0
  view.apply = (entry) => {
    heads.push(causes)
    const drafts = apply(entry)
    if (drafts) causes++
    return drafts
  }
  journal.tail((entries) => {
    for (const { kind } of entries) if (kind === 'operator-action') causes--
  })
  for (let n = 0; n < 30; n++) await journal.append(readings(10))
  await until(() => running.offset === journal.head, 'the view has applied everything')
  // Within a group several outcomes may be on their way, but none from a group before.
  expect(Math.max(...heads)).toBe(0)
  await running.stop()
})

test('a full disk makes its outcomes wait, and stops it not', async () => {
  const journal = await folder.open()
  let refusals = 2
  const scarce: Journal = {
    ...journal,
    get head() {
      return journal.head
    },
    append: (drafts, options) =>
      options?.view && refusals-- > 0
        ? Promise.reject(new JournalError('full', 'No space'))
        : journal.append(drafts, options)
  }
  const running = await runView({ journal: scarce, view: summing(), log })
  await running.caughtUp
  await journal.append(readings(20))
  await until(() => journal.head === 22, 'the outcomes are appended')
  await until(() => running.offset === 22, 'the view goes on')
  expect(running.error).toBeUndefined()
  await running.stop()
})

test('what comes between the last page and the tail is applied once', async () => {
  const journal = await folder.open()
  await journal.append(readings(3))
  const racing: Journal = {
    ...journal,
    get head() {
      return journal.head
    },
    // The view listens already, and the page is read after more was committed: it is in both.
    read: async (after, limit, kinds) => {
      await journal.append(readings(5))
      return journal.read(after, limit, kinds)
    }
  }
  const view = summing()
  const running = await runView({ journal: racing, view, log })
  await running.caughtUp
  expect(view.seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  await running.stop()
})

test('more than may wait is read from the journal instead, and nothing is left out', async () => {
  const journal = await folder.open()
  const reads: number[] = []
  let release: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: Journal = {
    ...journal,
    get head() {
      return journal.head
    },
    append: async (drafts, options) => {
      if (options?.view) await held
      return journal.append(drafts, options)
    },
    read: (after, limit, kinds) => {
      reads.push(after)
      return journal.read(after, limit, kinds)
    }
  }
  const view = summing()
  const running = await runView({ journal: slow, view, log })
  await running.caughtUp
  await journal.append(readings(10))
  for (let n = 0; n < 9; n++) await journal.append(readings(2_500))
  release()
  await until(() => running.offset === journal.head && journal.head === 22_510 + 2_251, 'everything is applied')
  expect(view.seen).toEqual((await journal.read(0, 100_000, ['reading'])).map(({ offset }) => offset))
  // It went back to where it stood when the outcomes were held, and did not keep the rest in memory.
  expect(reads.slice(0, 2)).toEqual([0, 10])
  expect(reads.length).toBeGreaterThan(40)
  await running.stop()
})

test('a state of another format is not restored: the view is built anew', async () => {
  const journal = await folder.open()
  await journal.append(readings(20))
  const first = await runView({ journal, view: summing(), log })
  await first.caughtUp
  await first.stop()
  const view = summing({ format: 2 })
  const running = await runView({ journal, view, log })
  await running.caughtUp
  expect(view.restored).toEqual([undefined])
  expect(view.seen).toHaveLength(20)
  await running.stop()
})

/** A journal of two entries whose view "summing" has a snapshot of another epoch or offset. */
async function withSnapshot(epoch: string | undefined, offset: number): Promise<Journal> {
  const journal = await folder.open()
  await journal.append(readings(2))
  await journal.saveSnapshot('summing', 1, { format: 1 })
  await journal.close()
  const stored = epoch ?? journal.epoch
  const database = new DatabaseSync(join(folder.path(), 'journal.db'))
  database
    .prepare('UPDATE view SET epoch = ?, offset = ?, crc = ?')
    .run(stored, offset, recordChecksum('summing', stored, offset, '{"format":1}'))
  database.close()
  return folder.open()
}

test('a snapshot past the end stops the view at its start with an error that names both', async () => {
  const journal = await withSnapshot(undefined, 99)
  const error = await runView({ journal, view: summing(), log }).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'past-end', detail: { offset: 99, head: 2, epoch: journal.epoch } })
  expect(String(error)).toContain('stands at 99')
})

test('a snapshot of another epoch is dropped with a line that names both, and the view built anew', async () => {
  const stranger = '00000000-0000-0000-0000-000000000000'
  const journal = await withSnapshot(stranger, 1)
  const view = summing()
  const lines: string[] = []
  const running = await runView({ journal, view, log: (level, message) => lines.push(`${level} ${message}`) })
  await running.caughtUp
  expect(view.seen).toHaveLength(2)
  expect(lines).toEqual([
    expect.stringMatching(`^warn .*at 1 of epoch ${stranger}.*at 2 of epoch ${journal.epoch}; it is built anew`)
  ])
  await running.stop()
  expect(await journal.snapshot('summing')).toMatchObject({ epoch: journal.epoch, offset: 2 })
})
