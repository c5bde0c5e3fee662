import { createLatest } from '@city-brain/history'
import { openJournal, type RunningView, runView } from '@city-brain/journal'
import {
  type Alarm,
  type AlarmTransition,
  type AssetCollection,
  type DeltaMessage,
  type Draft,
  type Journal,
  type SnapshotMessage,
  systemClock
} from '@city-brain/model'
import { createAlarmsView } from '@city-brain/rules'
import { createSignalStates } from '@city-brain/signals'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { createDeviceStates } from './device-states.ts'
import { connectionLimits, type Socket, serveLiveConnection } from './live-connection.ts'
import { createLiveFeed, type LiveFeed } from './live-feed.ts'
import { createLiveView, type LiveParts } from './live-view.ts'

const assets: AssetCollection = { type: 'FeatureCollection', features: [] }
const quiet = () => undefined
let folder: ReturnType<typeof temporaryFolder>
let journal: Journal
let running: RunningView
let parts: LiveParts
let feed: LiveFeed

const createParts = (): LiveParts => ({
  latest: createLatest({ assets }),
  alarms: createAlarmsView(),
  signals: createSignalStates({ intersections: [] }),
  devices: createDeviceStates({ startedAt: 0 })
})
const noRates = () => ({
  readingsPerSecond: 0,
  counters: { received: 0, accepted: 0, rejected: 0, duplicate: 0, stored: 0, pending: 0, refused: 0 }
})

async function open(): Promise<void> {
  journal = await openJournal({ folder: folder.path, clock: systemClock, log: quiet, ticks: 'none' })
  parts = createParts()
  const view = createLiveView(parts)
  running = await runView({ journal, view, log: quiet })
  await running.caughtUp
  const times = { batch: 10, rates: 1_000_000, ring: 60_000 }
  feed = createLiveFeed({ view, parts, epoch: journal.epoch, clock: systemClock, rates: noRates, times })
}
async function close(): Promise<void> {
  feed.close()
  await running.stop()
  await journal.close()
}
beforeEach(async () => {
  folder = temporaryFolder()
  await open()
})
afterEach(async () => {
  await close()
  folder.remove()
})

let clockOfReadings = 0
function reading(entity: string, fillingLevel: number): Draft {
  const dateObserved = new Date(Date.UTC(2026, 4, 4) + ++clockOfReadings).toISOString()
  const payload = { type: 'WasteContainer' as const, dateObserved, values: { fillingLevel } }
  return { kind: 'reading', entity, source: entity, payload }
}
function alarm(entity: string, transition: AlarmTransition['transition']): Draft {
  const text = { en: 'Fire', zh: '火' }
  return {
    kind: 'alarm',
    entity,
    source: 'view:rules',
    payload: {
      alarm: `fire/${entity}`,
      transition,
      rule: 'fire',
      ruleVersion: 1,
      severity: 'critical',
      title: text,
      detail: text,
      values: {},
      causes: []
    }
  }
}
function status(device: string, state: 'online' | 'offline'): Draft {
  return { kind: 'status', entity: device, source: device, payload: { status: state } }
}

/** A browser that applies what it is sent, and fails where a delta does not fit. */
function createBrowser() {
  let offset: number | undefined
  let entities = new Map<string, unknown>()
  let alarms = new Map<string, Alarm>()
  let devices = new Map<string, unknown>()
  const transitions: string[] = []
  return {
    get offset() {
      return offset
    },
    transitions,
    receive(message: SnapshotMessage | DeltaMessage) {
      if (message.type === 'snapshot') {
        offset = message.offset
        entities = new Map(message.entities.map((one) => [one.entity, one]))
        alarms = new Map(message.alarms.map((one) => [one.id, one]))
        devices = new Map(message.devices.map((one) => [one.device, one]))
        return
      }
      expect(message.from).toBe(offset)
      offset = message.to
      for (const one of message.entities ?? []) entities.set(one.entity, one)
      for (const one of message.devices ?? []) devices.set(one.device, one)
      for (const one of message.alarms ?? []) {
        transitions.push(`${one.id} ${one.state}`)
        if (one.state === 'normal') alarms.delete(one.id)
        else alarms.set(one.id, one)
      }
    },
    state: () => ({
      entities: sortedById([...entities.entries()]),
      alarms: sortedById([...alarms.entries()]),
      devices: sortedById([...devices.entries()])
    })
  }
}
const sortedById = <T>(entries: [string, T][]) => entries.sort(([a], [b]) => (a < b ? -1 : 1))
function shown() {
  const browser = createBrowser()
  browser.receive(feed.snapshot())
  return browser.state()
}
async function settle(offset = journal.head) {
  while (running.offset < offset) await new Promise((wake) => setTimeout(wake, 5))
  await new Promise((wake) => setTimeout(wake, 30))
}

/** The server's side of a socket whose far side takes as much as the test says. */
function createSocket() {
  const listeners = { message: [] as ((data: Buffer) => void)[], close: [] as (() => void)[] }
  const sent: (SnapshotMessage | DeltaMessage)[] = []
  const socket = {
    bufferedAmount: 0,
    closed: undefined as { code: number; reason: string } | undefined,
    send: (text: string) => void sent.push(JSON.parse(text)),
    close(code: number, reason: string) {
      socket.closed ??= { code, reason }
      for (const listener of listeners.close) listener()
    },
    terminate: () => undefined,
    on: (event: 'message' | 'close', listener: never) => void listeners[event].push(listener)
  }
  return {
    socket: socket as typeof socket & Socket,
    sent,
    say: (message: unknown) => {
      for (const listener of listeners.message) listener(Buffer.from(JSON.stringify(message)))
    }
  }
}

test('deltas from a snapshot on lead to exactly what a later snapshot shows', async () => {
  const browsers: ReturnType<typeof createBrowser>[] = []
  const appended: Promise<unknown>[] = []
  for (let round = 0; round < 40; round++) {
    // Browsers come at any moment, in the middle of a batch too.
    if (round % 5 === 0) {
      const browser = createBrowser()
      browser.receive(feed.snapshot())
      feed.onDelta((delta) => browser.receive(delta))
      browsers.push(browser)
    }
    const id = `bin-${round % 7}`
    appended.push(journal.append([reading(id, round / 40), status(id, round % 2 ? 'online' : 'offline')]))
    if (round % 3 === 0) appended.push(journal.append([alarm(id, 'raised')]))
    if (round % 4 === 0) appended.push(journal.append([alarm(id, 'returned'), alarm(id, 'acknowledged')]))
    await new Promise((wake) => setTimeout(wake, round % 4))
  }
  await Promise.all(appended)
  await settle()
  const expected = shown()
  expect(browsers).toHaveLength(8)
  for (const browser of browsers) expect(browser.state()).toEqual(expected)
  expect(shown().entities).toHaveLength(7)
  expect(shown().alarms.length).toBeGreaterThan(0)
})

test('every part stands at the offset of the snapshot', async () => {
  const checks: number[] = []
  // Asked at the worst moment, while groups are being applied.
  const end = journal.tail(() => {
    const { offset, entities, devices } = feed.snapshot()
    const newest = [...entities.map((one) => one.offset), 0]
    expect(Math.max(...newest)).toBeLessThanOrEqual(offset)
    expect(devices.length).toBe(entities.length)
    checks.push(offset)
  })
  for (let count = 0; count < 20; count++)
    await journal.append([reading(`bin-${count}`, 0), status(`bin-${count}`, 'online')])
  end()
  expect(checks.length).toBeGreaterThan(5)
})

test('a browser that comes back gets what it missed, every alarm transition in order, values merged', async () => {
  await journal.append([reading('bin-1', 0.1)])
  await settle()
  const browser = createBrowser()
  browser.receive(feed.snapshot())
  const left = browser.offset as number
  for (const level of [0.2, 0.3, 0.4]) {
    await journal.append([reading('bin-1', level)])
    await settle()
  }
  for (const transition of ['raised', 'returned', 'acknowledged', 'raised'] as const) {
    await journal.append([alarm('bin-1', transition)])
    await settle()
  }
  const { socket, sent, say } = createSocket()
  const connection = serveLiveConnection({ socket, feed, clock: systemClock, isSessionLive: () => true })
  say({ type: 'hello', epoch: journal.epoch, offset: left })
  expect(sent).toHaveLength(1)
  const [missed] = sent as [DeltaMessage]
  expect(missed).toMatchObject({ type: 'delta', from: left, to: journal.head })
  expect(missed.entities).toHaveLength(1)
  browser.receive(missed)
  expect(browser.transitions).toEqual([
    'fire/bin-1 unacknowledged',
    'fire/bin-1 returned-unacknowledged',
    'fire/bin-1 normal',
    'fire/bin-1 unacknowledged'
  ])
  expect(browser.state()).toEqual(shown())
  await journal.append([reading('bin-2', 0.5)])
  await settle()
  browser.receive(sent[1] as DeltaMessage)
  expect(browser.state()).toEqual(shown())
  connection.end(1001, 'done')
})

test.each([
  ['of another epoch', () => ({ epoch: 'another', offset: journal.head })],
  ['from the future', () => ({ epoch: journal.epoch, offset: journal.head + 5 })]
])('a browser %s gets a new snapshot', async (_name, place) => {
  await journal.append([reading('bin-1', 0.1)])
  await settle()
  const { socket, sent, say } = createSocket()
  const connection = serveLiveConnection({ socket, feed, clock: systemClock, isSessionLive: () => true })
  say({ type: 'hello', ...place() })
  expect(sent[0]).toMatchObject({ type: 'snapshot', offset: journal.head })
  connection.end(1001, 'done')
})

test('the ring reaches back so far and no further', async () => {
  const view = createLiveView(createParts())
  const runner = await runView({ journal, view: { ...view, name: 'short' }, log: quiet })
  const times = { batch: 5, rates: 1_000_000, ring: 0 }
  const short = createLiveFeed({ view, parts, epoch: journal.epoch, clock: systemClock, rates: noRates, times })
  const offsets = [short.snapshot().offset]
  for (let count = 0; count < 3; count++) {
    await journal.append([reading('bin-1', count)])
    while (runner.offset < journal.head) await new Promise((wake) => setTimeout(wake, 5))
    offsets.push(short.snapshot().offset)
    await new Promise((wake) => setTimeout(wake, 5))
  }
  expect(short.since(journal.epoch, offsets[0] as number)).toBeUndefined()
  expect(short.since(journal.epoch, offsets[3] as number)).toBe('current')
  expect(short.since(journal.epoch, offsets[2] as number)).toMatchObject({ from: offsets[2], to: offsets[3] })
  short.close()
  await runner.stop()
})

test('a slow browser gets values merged per entity and every alarm transition, and stays exact', async () => {
  const { socket, sent, say } = createSocket()
  const limits = { ...connectionLimits, look: 20 }
  const connection = serveLiveConnection({ socket, feed, clock: systemClock, isSessionLive: () => true, limits })
  say({ type: 'hello' })
  socket.bufferedAmount = connectionLimits.bufferedBytes + 1
  for (let count = 0; count < 10; count++) {
    await journal.append([reading('bin-1', count / 10), alarm('bin-1', count % 2 ? 'returned' : 'raised')])
    await settle()
  }
  expect(sent.map(({ type }) => type)).toEqual(['snapshot'])
  socket.bufferedAmount = 0
  await settle()
  const browser = createBrowser()
  for (const message of sent) browser.receive(message)
  expect(sent).toHaveLength(2)
  expect((sent[1] as DeltaMessage).entities).toHaveLength(1)
  expect(browser.transitions).toHaveLength(10)
  expect(browser.state()).toEqual(shown())
  connection.end(1001, 'done')
})

test('a browser that is too slow for the alarms is told to come back', async () => {
  const { socket, say } = createSocket()
  const limits = { ...connectionLimits, waitingAlarms: 3 }
  serveLiveConnection({ socket, feed, clock: systemClock, isSessionLive: () => true, limits })
  say({ type: 'hello' })
  socket.bufferedAmount = connectionLimits.bufferedBytes + 1
  for (let count = 0; count < 4; count++) await journal.append([alarm(`bin-${count}`, 'raised')])
  await settle()
  expect(socket.closed?.code).toBe(4429)
})

test.each([
  ['no message of the protocol', { type: 'shout' }],
  ['a hello twice', { type: 'hello' }]
])('%s ends the connection', (_name, message) => {
  const { socket, say } = createSocket()
  serveLiveConnection({ socket, feed, clock: systemClock, isSessionLive: () => true })
  say({ type: 'hello' })
  expect(socket.closed).toBeUndefined()
  say(message)
  expect(socket.closed?.code).toBe(1008)
})

test('after a restart the state is the same, and connections of the process before count no more', async () => {
  await journal.append([
    reading('bin-1', 0.1),
    alarm('bin-1', 'raised'),
    status('bin-1', 'online'),
    status('bin-2', 'offline')
  ])
  await settle()
  const before = shown()
  await close()
  journal = await openJournal({ folder: folder.path, clock: systemClock, log: quiet, ticks: 'none' })
  parts = { ...createParts(), devices: createDeviceStates({ startedAt: journal.head }) }
  const view = createLiveView(parts)
  running = await runView({ journal, view, log: quiet })
  await running.caughtUp
  feed = createLiveFeed({ view, parts, epoch: journal.epoch, clock: systemClock, rates: noRates })
  expect(feed.snapshot().offset).toBe(journal.head)
  expect(shown().entities).toEqual(before.entities)
  expect(shown().alarms).toEqual(before.alarms)
  expect(parts.devices.all().map(({ device, status: state }) => [device, state])).toEqual([
    ['bin-1', 'unknown'],
    ['bin-2', 'offline']
  ])
  await journal.append([status('bin-1', 'online')])
  await settle()
  expect(parts.devices.all()[0]?.status).toBe('online')
})
