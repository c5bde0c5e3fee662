import { type Entry, parseYamlDocument } from '@city-brain/model'
import { afterEach, expect, test } from 'vitest'
import { compileFeed } from '../feeds/compile-feed.ts'
import { restoreIngestState } from '../state/keep-ingest-state.ts'
import { createMemoryJournal, type MemoryJournal } from '../testing/memory-journal.ts'
import { startIngest, type TestIngest, until } from '../testing/start-ingest.ts'
import { createRadioFrames } from './radio-frames.ts'

const { feed } = compileFeed(
  parseYamlDocument(
    'feeds/lora.yaml',
    `
feed: lora
topic: lorawan/lumen/+/up
when: payload.fPort == 2
type: WasteContainer
entity: payload.name
dateObserved: payload.time
frame:
  device: payload.devEui
  counter: payload.fCnt
attributes:
  fillingLevel: payload.fill
  rssi: payload.rssi
`
  )
)
const start = Date.parse('2026-05-04T08:00:00Z')
const topic = 'lorawan/lumen/a1/up'
const uplink = (fCnt: number, change: object = {}) => ({
  fPort: 2,
  devEui: 'a1',
  name: 'bin-1',
  time: new Date(start + fCnt * 60_000).toISOString(),
  fCnt,
  fill: 0.5,
  rssi: -90,
  ...change
})

const running: TestIngest[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop()
})

async function open(journal: MemoryJournal = createMemoryJournal()) {
  if (feed === undefined) throw new Error('no feed')
  const city = await startIngest({ journal, feeds: [feed] })
  running.push(city)
  const client = await city.connect('lora')
  return {
    ...city,
    send: (payload: object) => client.publishAsync(topic, JSON.stringify(payload), { qos: 1 }),
    frames: () => city.ingest.frames()
  }
}
const framesOf = (entries: readonly Entry[]) =>
  entries.flatMap((entry) =>
    entry.kind === 'reading' || entry.kind === 'dead-letter' ? [entry.payload.frame ?? 'none'] : []
  )

test('the same frame with other bytes is acknowledged, counted and dropped; a gap is loss, which a late frame mends', async () => {
  const { send, journal, frames } = await open()
  await send(uplink(10))
  await send(uplink(10, { rssi: -101 }))
  expect(journal.tally()).toEqual({ accepted: 1, rejected: 0, duplicate: 1 })
  await send(uplink(13))
  expect(frames()).toMatchObject({ devices: 1, lost: 2 })
  await send(uplink(11))
  expect(frames().list(10)).toEqual([
    { gateway: 'lora', device: 'a1', counter: 13, lost: 1, starts: 0, dateObserved: '2026-05-04T08:13:00.000Z' }
  ])
  expect(framesOf(journal.entries)).toEqual([
    { device: 'a1', counter: 10, lost: 0, starts: 0 },
    { device: 'a1', counter: 13, lost: 2, starts: 0 },
    { device: 'a1', counter: 11, lost: 1, starts: 0 }
  ])
})

test('a frame without a measurement, or whose reading is rejected, is no loss', async () => {
  const { send, journal, frames } = await open()
  await send(uplink(10))
  await send(uplink(11, { fPort: 0 }))
  await send(uplink(12, { fill: 7 }))
  await send(uplink(12, { fill: 7, rssi: -101 }))
  await send(uplink(13))
  expect(frames()).toMatchObject({ lost: 0 })
  expect(journal.tally()).toEqual({ accepted: 2, rejected: 1, duplicate: 1 })
  expect(framesOf(journal.entries)).toContainEqual({
    device: 'a1',
    counter: 12,
    lost: 0,
    starts: 0,
    dateObserved: '2026-05-04T08:12:00.000Z'
  })
})

test('after kill -9 repeats and losses are known as before, from entries alone', async () => {
  const first = await open()
  for (const counter of [10, 12, 15]) await first.send(uplink(counter))
  // What is on disk at this moment; there is no snapshot.
  const journal = createMemoryJournal(first.journal.stored())
  expect(await journal.snapshot('ingest')).toBeUndefined()
  const second = await open(journal)
  expect(second.frames()).toMatchObject({ devices: 1, lost: 3 })
  await second.send(uplink(15, { rssi: -101 }))
  expect(journal.tally()).toMatchObject({ accepted: 0, duplicate: 1 })
  await second.send(uplink(16))
  expect(second.frames()).toMatchObject({ lost: 3 })
})

test('a snapshot holds them, and entries after it that it holds already change nothing', async () => {
  const { send, journal, ingest } = await open()
  for (const [i, counter] of [10, 12, 15, 0, 3, 4].entries()) {
    await send(uplink(counter, { time: new Date(start + i * 1_000).toISOString() }))
  }
  const { lost } = ingest.frames()
  await ingest.close()
  running.pop()
  expect(lost).toBe(5)
  const stored = journal.stored()
  const whole = await restoreIngestState(createMemoryJournal(stored), () => {})
  expect(whole.state.frames).toMatchObject({ devices: 1, lost })
  for (const entry of journal.entries) {
    if (entry.kind === 'reading') whole.state.apply(entry)
  }
  expect(whole.state.frames.list(1)).toMatchObject([{ counter: 4, lost, starts: 1 }])
})

test('a frame that the journal could not store is not taken for a repeat when it comes again', async () => {
  const { send, journal, frames, connect } = await open()
  await send(uplink(10))
  journal.failNext(1)
  send(uplink(13)).catch(() => {})
  await until('the group failed', () => journal.offered === 2)
  await until('the frame is taken back', () => frames().lost === 0)
  const again = await connect('lora', { clientId: 'again' })
  await again.publishAsync(topic, JSON.stringify(uplink(13)), { qos: 1 })
  expect(journal.tally()).toMatchObject({ accepted: 2, duplicate: 0 })
  expect(frames()).toMatchObject({ lost: 2 })
})

test('each gateway has the counters of its own devices', () => {
  const frames = createRadioFrames()
  frames.take('north', 'a1', 5, start)
  expect(frames.take('south', 'a1', 5, start).verdict).toBe('new')
  expect(frames.devices).toBe(2)
})
