import type { DeadLetter } from '@city-brain/model'
import { afterEach, expect, test, vi } from 'vitest'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { readingDraft, tickEntry } from '../testing/entries.ts'
import { createMemoryJournal, type MemoryJournal } from '../testing/memory-journal.ts'
import { createMemoryStore, type MemoryStore } from '../testing/memory-store.ts'
import { createHistoryWriter, type HistoryWriter, type HistoryWriterOptions } from './history-writer.ts'

const noon = Date.parse('2026-05-04T12:00:00Z')
const quick = { batchDelay: 1, retry: { first: 1, longest: 4 } }

const running: HistoryWriter[] = []
afterEach(async () => {
  for (const writer of running.splice(0)) await writer.stop()
})

async function start(journal: MemoryJournal, store: MemoryStore, options: Partial<HistoryWriterOptions> = {}) {
  const log = vi.fn()
  const clock = { now: () => noon, monotonic: () => performance.now() }
  const writer = await createHistoryWriter({ journal, store, clock, log, ...quick, ...options })
  running.push(writer)
  return { writer, log }
}

/** Readings, counted as accepted in the same commit, as the pipeline does it. */
const accept = (
  journal: MemoryJournal,
  count: number,
  values: Record<string, string | number> = { availableSpotNumber: 1 }
) =>
  journal.append(
    Array.from({ length: count }, (_, i) => readingDraft('garage', noon + i, { values })),
    { tally: { accepted: count } }
  )

const ticks = (journal: MemoryJournal, count: number) =>
  journal.append(Array.from({ length: count }, (_, i) => tickEntry(i, noon)))

const stored = (store: MemoryStore) => store.rows.map(({ offset }) => offset)
const until = (condition: () => boolean) =>
  vi.waitFor(() => expect(condition()).toBe(true), { interval: 2, timeout: 5_000 })
const deadLetters = (journal: MemoryJournal) =>
  journal.entries.flatMap((entry) => (entry.kind === 'dead-letter' ? [entry.payload as DeadLetter] : []))

test('carries what is there and what comes, in order, and is caught up', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  await accept(journal, 3)
  await ticks(journal, 2)
  const { writer } = await start(journal, store)
  await until(() => store.rows.length === 3)
  await accept(journal, 2)
  await until(() => store.rows.length === 5)
  expect(stored(store)).toEqual([1, 2, 3, 6, 7])
  expect(store.rows[0]).toEqual({
    offset: 1,
    entity: 'garage',
    type: 'OffStreetParking',
    dateObserved: noon,
    values: { availableSpotNumber: 1 }
  })
  await until(() => writer.state().lagSeconds === 0)
  expect(writer.state()).toEqual({ state: 'ok', offset: 7, stored: 5, refused: 0, lagSeconds: 0 })
})

test('goes on from the checkpoint of the store, and stores nothing twice', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  await accept(journal, 4)
  const first = await start(journal, store)
  await until(() => store.rows.length === 4)
  await first.writer.stop()
  await accept(journal, 3)
  const second = await start(journal, store)
  await until(() => store.rows.length === 7)
  expect(stored(store)).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(second.writer.state()).toMatchObject({ state: 'ok', stored: 7 })
})

test('writes no more at once than a batch', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  await accept(journal, 25)
  await start(journal, store, { batchSize: 10 })
  await until(() => store.rows.length === 25)
  await accept(journal, 21)
  await until(() => store.rows.length === 46)
  expect(stored(store)).toEqual(Array.from({ length: 46 }, (_, i) => i + 1))
  expect(Math.max(...store.batches)).toBe(10)
})

test('gathers what comes within the delay into one write', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  await start(journal, store, { batchDelay: 100 })
  for (let i = 0; i < 5; i++) await accept(journal, 1)
  await until(() => store.rows.length === 5)
  expect(store.batches).toEqual([5])
})

test('waits while the store is away, longer each time, says so, and loses nothing', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  let away = true
  store.before = () => {
    if (away) throw new HistoryUnavailable('nobody answers')
  }
  await accept(journal, 2)
  const { writer, log } = await start(journal, store)
  await until(() => store.attempts > 3)
  await accept(journal, 2)
  expect(writer.state()).toMatchObject({ state: 'unavailable', message: 'nobody answers', stored: 0, offset: 0 })
  expect(log.mock.calls.filter(([, message]) => message === 'nobody answers')).toHaveLength(1)
  away = false
  await until(() => store.rows.length === 4)
  expect(stored(store)).toEqual([1, 2, 3, 4])
  expect(writer.state()).not.toHaveProperty('message')
})

test('waits at least as long as the store asks for', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  store.before = () => {
    throw new HistoryUnavailable('too many requests', { retryAfter: 60_000 })
  }
  await accept(journal, 1)
  await start(journal, store)
  await until(() => store.attempts === 1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(store.attempts).toBe(1)
})

test('tells how far behind it is by the oldest reading that is not stored', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  store.before = () => {
    throw new HistoryUnavailable('nobody answers')
  }
  await journal.append([{ ...readingDraft('garage', noon - 90_000), receivedAt: noon - 90_000 }])
  await accept(journal, 1)
  const { writer } = await start(journal, store)
  await until(() => writer.state().state === 'unavailable')
  expect(writer.state().lagSeconds).toBe(90)
})

test('keeps a bounded number of readings while the store is away, and reads the rest from the journal', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  let away = true
  store.before = () => {
    if (away) throw new HistoryUnavailable('nobody answers')
  }
  const read = vi.spyOn(journal, 'read')
  await accept(journal, 1)
  const { writer } = await start(journal, store, { batchSize: 10, bufferLimit: 20 })
  await until(() => store.attempts > 1)
  const reads = read.mock.calls.length
  for (let i = 0; i < 20; i++) await accept(journal, 7)
  away = false
  await until(() => store.rows.length === 141)
  expect(stored(store)).toEqual(Array.from({ length: 141 }, (_, i) => i + 1))
  expect(read.mock.calls.length).toBeGreaterThan(reads + 10)
  await until(() => writer.state().state === 'ok')
})

test('a refusal becomes one dead letter, though the write is repeated after it', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  let fail = 2
  store.between = () => {
    if (fail-- > 0) throw new HistoryUnavailable('gone after the refusals were told')
  }
  await accept(journal, 1)
  await accept(journal, 1, { availableSpotNumber: 'many' })
  await accept(journal, 1)
  const { writer } = await start(journal, store)
  await until(() => store.rows.length === 2)
  expect(stored(store)).toEqual([1, 3])
  expect(deadLetters(journal)).toHaveLength(1)
  const [letter] = deadLetters(journal)
  expect(letter).toMatchObject({
    code: 'refused-by-history',
    stage: 'history',
    of: 2,
    device: 'gateway-1',
    message: expect.stringContaining('availableSpotNumber')
  })
  expect(JSON.parse(Buffer.from(letter?.raw ?? '', 'base64').toString())).toEqual({
    type: 'OffStreetParking',
    id: 'garage',
    dateObserved: new Date(noon).toISOString(),
    availableSpotNumber: 'many'
  })
  expect(letter?.size).toBe(Buffer.from(letter?.raw ?? '', 'base64').length)
  await until(() => writer.state().stored === 2)
  expect(writer.state()).toMatchObject({ stored: 2, refused: 1 })
})

test('a reading whose date is none is refused, and holds up no other', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  await accept(journal, 1)
  await journal.append([readingDraft('garage', noon, { dateObserved: 'yesterday' })], { tally: { accepted: 1 } })
  await accept(journal, 1)
  const { writer } = await start(journal, store)
  await until(() => writer.state().stored === 2)
  expect(writer.state()).toMatchObject({ state: 'ok', stored: 2, refused: 1 })
  expect(deadLetters(journal)).toMatchObject([{ of: 2, message: expect.stringContaining('no date') }])
})

test('refusals go in where the journal is full: else nothing would ever make room', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  await accept(journal, 2, { availableSpotNumber: 'many' })
  journal.setFull(true)
  await start(journal, store)
  await until(() => store.current?.refused === 2)
  expect(deadLetters(journal)).toHaveLength(2)
})

test('accepted is stored, pending and refused at every moment', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  const pending: number[] = []
  const { writer } = await start(journal, store, { batchSize: 7 })
  const check = () => {
    const { stored: done, refused } = writer.state()
    pending.push(journal.tally().accepted - done - refused)
  }
  journal.tail(check)
  store.between = async () => {
    check()
    await new Promise((resolve) => setImmediate(resolve))
    check()
  }
  for (let i = 0; i < 30; i++) {
    await accept(journal, 3, i % 4 === 0 ? { availableSpotNumber: 'many' } : { availableSpotNumber: i })
    check()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until(() => writer.state().stored + writer.state().refused === 90)
  check()
  expect(pending.length).toBeGreaterThan(30)
  expect(Math.min(...pending)).toBe(0)
  expect(pending.at(-1)).toBe(0)
  expect(writer.state()).toMatchObject({ stored: 66, refused: 24 })
})

test.each([
  [
    'of another epoch',
    { epoch: 'epoch-0', offset: 1, stored: 1, refused: 0 },
    /epoch-0 up to 1.*epoch-1 and ends at 2/
  ],
  ['past the end', { epoch: 'epoch-1', offset: 9, stored: 1, refused: 0 }, /epoch-1 up to 9.*epoch-1 and ends at 2/]
])('a checkpoint %s stops it, names both, and nothing is written', async (_name, checkpoint, message) => {
  const journal = createMemoryJournal()
  const store = createMemoryStore(checkpoint)
  await accept(journal, 2)
  const { writer, log } = await start(journal, store)
  await until(() => writer.state().state === 'misconfigured')
  expect(writer.state().message).toMatch(message)
  expect(writer.state().message).toMatch(/city-brain history rebuild$/)
  expect(log).toHaveBeenCalledWith('error', expect.stringMatching(message), expect.anything())
  await accept(journal, 1)
  await writer.stop()
  expect(store.attempts).toBe(0)
  expect(journal.snapshots.get('history')?.offset).toBe(0)
})

test.each([
  ['was taken over into the epoch', { epoch: 'epoch-1', offset: 2, stored: 2, refused: 0 }, [3]],
  ['was emptied', undefined, [1, 2, 3]]
])('a snapshot of another epoch does not stop a store that %s of the journal', async (_name, checkpoint, expected) => {
  const journal = createMemoryJournal()
  const store = createMemoryStore(checkpoint)
  vi.spyOn(journal, 'snapshot').mockRejectedValue(
    Object.assign(new Error('View "history" stands elsewhere'), { code: 'other-epoch' })
  )
  await accept(journal, 3)
  const { writer, log } = await start(journal, store)
  await until(() => writer.state().stored === 3)
  expect(log).toHaveBeenCalledWith('warn', 'View "history" stands elsewhere')
  expect(stored(store)).toEqual(expected)
  await writer.stop()
  expect(journal.snapshots.get('history')).toMatchObject({ epoch: 'epoch-1', offset: 3 })
})

test('says that the store is misconfigured, and goes on once that is mended', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  let wrong = true
  store.before = () => {
    if (wrong) throw new HistoryMisconfigured('wrong token')
  }
  await accept(journal, 1)
  const { writer } = await start(journal, store)
  await until(() => writer.state().state === 'misconfigured')
  expect(writer.state().message).toBe('wrong token')
  wrong = false
  await until(() => writer.state().state === 'ok' && writer.state().stored === 1)
})

test('registers with the journal at once, and lets go what it has stored, ticks after it included', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  let away = true
  store.before = () => {
    if (away) throw new HistoryUnavailable('nobody answers')
  }
  await accept(journal, 2)
  const { writer } = await start(journal, store, { snapshotEvery: 5 })
  expect(journal.snapshots.get('history')).toMatchObject({ offset: 0 })
  await ticks(journal, 3)
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(journal.snapshots.get('history')).toMatchObject({ offset: 0 })
  away = false
  await until(() => journal.snapshots.get('history')?.offset === 5)
  await ticks(journal, 4)
  await until(() => journal.snapshots.get('history')?.offset === 9)
  await writer.stop()

  // Retention has cut what is stored: the next start does not miss it.
  journal.cut(10)
  await accept(journal, 1)
  const read = vi.spyOn(journal, 'read')
  const next = await start(journal, store)
  await until(() => store.rows.length === 3)
  expect(read.mock.calls[0]?.[0]).toBe(9)
  await next.writer.stop()
  expect(next.log).not.toHaveBeenCalledWith('warn', expect.anything(), expect.anything())
  expect(journal.snapshots.get('history')).toMatchObject({ offset: 10 })
})

test('says how many readings are missing where the journal no longer has them', async () => {
  const journal = createMemoryJournal()
  await accept(journal, 5)
  journal.cut(4)
  const store = createMemoryStore()
  const { log } = await start(journal, store)
  await until(() => log.mock.calls.some(([, message]) => /lacks readings/.test(message)))
  expect(log).toHaveBeenCalledWith(
    'warn',
    expect.stringContaining('lacks readings'),
    expect.objectContaining({ missing: 3 })
  )
  expect(stored(store)).toEqual([4, 5])
})

test('stops at once while it waits for the store', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  store.before = () => {
    throw new HistoryUnavailable('nobody answers')
  }
  await accept(journal, 1)
  const { writer } = await start(journal, store, { retry: { first: 600_000, longest: 600_000 } })
  await until(() => writer.state().state === 'unavailable')
  await writer.stop()
  expect(store.attempts).toBe(1)
})

test('stops though a write never ends, and knows nothing of it as stored', async () => {
  const journal = createMemoryJournal()
  const store = createMemoryStore()
  let release: () => void = () => undefined
  store.before = () =>
    new Promise<void>((resolve) => {
      release = resolve
    })
  await accept(journal, 1)
  const { writer } = await start(journal, store, { stopGrace: 10 })
  await until(() => store.attempts === 1)
  await writer.stop()
  expect(writer.state()).toMatchObject({ stored: 0, offset: 0 })
  expect(journal.snapshots.get('history')).toMatchObject({ offset: 0 })
  // As the closing of the store does.
  release()
})
