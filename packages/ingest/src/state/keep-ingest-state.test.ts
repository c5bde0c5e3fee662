import type { Draft } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createMemoryJournal } from '../testing/memory-journal.ts'
import { until } from '../testing/start-ingest.ts'
import { createIngestState } from './ingest-state.ts'
import { createIngestStateKeeper, restoreIngestState } from './keep-ingest-state.ts'

const reading = (fingerprint: number, minute = 0): Draft<'reading'> => ({
  kind: 'reading',
  entity: 'bin-1',
  source: 'bin-1',
  fingerprint,
  payload: { type: 'WasteContainer', dateObserved: new Date(Date.UTC(2026, 4, 4, 8, minute)).toISOString(), values: {} }
})
const log = () => {}
const clock = { now: () => 0, monotonic: () => 0 }

test('a snapshot waits until what is in it is on disk, and is thrown away where that failed', async () => {
  const journal = createMemoryJournal()
  const state = createIngestState()
  await journal.append([reading(1)])
  state.window('bin-1').add(1)
  // On its way, not yet on disk.
  state.window('bin-1').add(2)
  let decide: (stored: boolean) => void = () => {}
  const settled = () => new Promise<boolean>((resolve) => (decide = resolve))
  const keeper = createIngestStateKeeper({ journal, state, savedOffset: 0, settled, clock, log, everyMessages: 1 })
  keeper.count(1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await journal.snapshot('ingest')).toBeUndefined()
  decide(false)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await journal.snapshot('ingest')).toBeUndefined()
  keeper.count(1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  decide(true)
  await until('a snapshot', () => journal.stored().snapshots.has('ingest'))
  expect((await journal.snapshot('ingest'))?.offset).toBe(1)
  await keeper.stop()
})

test('a journal that is full gets its snapshot although no message comes', async () => {
  const journal = createMemoryJournal()
  const state = createIngestState()
  const keeper = createIngestStateKeeper({
    journal,
    state,
    savedOffset: 0,
    settled: async () => true,
    clock,
    log,
    lookEvery: 5
  })
  await journal.append([reading(1)])
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await journal.snapshot('ingest')).toBeUndefined()
  journal.setState('full')
  await until('a snapshot', () => journal.stored().snapshots.get('ingest')?.offset === 1)
  await keeper.stop()
})

test('snapshot and tail give back what was known', async () => {
  const journal = createMemoryJournal()
  const state = createIngestState()
  for (let i = 1; i <= 3; i++) {
    await journal.append([reading(i, i)])
    state.apply((await journal.read(i - 1, 1))[0] as never)
  }
  const keeper = createIngestStateKeeper({ journal, state, savedOffset: 0, settled: async () => true, clock, log })
  await keeper.stop()
  await journal.append([
    { ...reading(4, 4), payload: { ...reading(4, 4).payload, backfill: true } },
    { kind: 'status', entity: 'bin-1', source: 'bin-1', payload: { status: 'offline' } },
    { kind: 'delivered', entity: 'x', source: 'system', payload: { outlet: 'dead-letter-replay', of: 9, id: 'r' } },
    { kind: 'delivered', entity: 'x', source: 'system', payload: { outlet: 'mail', of: 10, id: 'm' } }
  ])
  const { state: restored } = await restoreIngestState(createMemoryJournal(journal.stored()), log)
  expect(restored.window('bin-1').values()).toEqual([1, 2, 3, 4])
  expect(restored.times('bin-1')).toEqual({ live: Date.UTC(2026, 4, 4, 8, 3), backfill: Date.UTC(2026, 4, 4, 8, 4) })
  expect([...restored.replayed]).toEqual([9])
  expect(restored.statuses.get('bin-1')).toEqual({ status: 'offline' })
})

test('a snapshot of another epoch is not used: what was lost is not taken for known', async () => {
  const journal = createMemoryJournal()
  const state = createIngestState()
  await journal.append([reading(1)])
  state.window('bin-1').add(1)
  state.window('bin-1').add(2)
  const keeper = createIngestStateKeeper({ journal, state, savedOffset: 0, settled: async () => true, clock, log })
  await journal.append([reading(2)])
  await keeper.stop()
  // The second entry was lost in the recovery.
  const stored = journal.stored()
  const recovered = createMemoryJournal({ ...stored, epoch: 'epoch-2', entries: stored.entries.slice(0, 1) })
  const logged: string[] = []
  const { state: restored } = await restoreIngestState(recovered, (level, message) =>
    logged.push(`${level} ${message}`)
  )
  expect(restored.window('bin-1').values()).toEqual([1])
  expect(logged).toEqual([
    'error The snapshot of ingest does not fit the journal',
    'warn The ingest state is rebuilt from the entries'
  ])
})

test('replays of dead letters that the journal has cut are in no snapshot', async () => {
  const journal = createMemoryJournal()
  for (let i = 1; i <= 12; i++) await journal.append([reading(i)])
  const cut = { ...journal, head: journal.head, health: () => ({ ...journal.health(), oldest: 9 }) }
  const state = createIngestState()
  for (const offset of [8, 9, 10]) state.replayed.add(offset)
  const keeper = createIngestStateKeeper({ journal: cut, state, savedOffset: 0, settled: async () => true, clock, log })
  await keeper.stop()
  expect(await journal.snapshot('ingest')).toMatchObject({ state: { replayed: [9, 10] } })
  expect([...state.replayed]).toEqual([9, 10])
})
