import type { ClientMessage, ServerMessage } from '@city-brain/model'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCityStore } from './city-store.ts'
import { connectLive } from './live-connection.ts'

/** The far side: a socket whose server is the test. */
class FarSide {
  static all: FarSide[] = []
  readyState = 0
  sent: ClientMessage[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: (() => void) | null = null
  constructor() {
    FarSide.all.push(this)
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as ClientMessage)
  }
  close() {
    // As in browsers: a closed socket does not close again.
    if (this.readyState === 3) return
    this.readyState = 3
    this.onclose?.()
  }
  opens() {
    this.readyState = 1
    this.onopen?.()
  }
  says(message: ServerMessage) {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
}

const rates = {
  readingsPerSecond: 0,
  counters: { accepted: 0, rejected: 0, duplicate: 0, received: 0, stored: 0, pending: 0, refused: 0 }
}
const snapshot = (offset: number): ServerMessage => ({
  type: 'snapshot',
  epoch: 'e1',
  offset,
  now: 0,
  entities: [],
  signals: [],
  devices: [],
  alarms: [],
  rates
})
const delta = (from: number, to: number): ServerMessage => ({ type: 'delta', epoch: 'e1', from, to, now: 0 })
const newest = () => FarSide.all.at(-1) as FarSide

beforeEach(() => {
  FarSide.all = []
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

function start() {
  const store = createCityStore()
  let refused = 0
  const connection = connectLive({
    url: 'ws://here/api/live',
    store,
    onRefused: () => refused++,
    open: () => new FarSide() as unknown as WebSocket
  })
  return { store, connection, refused: () => refused }
}

test('says hello without an offset first, and with where it stands after a drop', () => {
  const { connection } = start()
  newest().opens()
  expect(newest().sent).toEqual([{ type: 'hello' }])
  newest().says(snapshot(7))
  newest().says(delta(7, 9))
  expect(connection.state().phase).toBe('live')
  newest().close()
  vi.advanceTimersByTime(1_000)
  expect(FarSide.all.length).toBe(2)
  newest().opens()
  expect(newest().sent[0]).toEqual({ type: 'hello', epoch: 'e1', offset: 9 })
  connection.close()
})

test('a gap ends the connection and the state is not touched', () => {
  const { store, connection } = start()
  newest().opens()
  newest().says(snapshot(7))
  newest().says(delta(8, 9))
  expect(newest().readyState).toBe(3)
  expect(store.live().offset).toBe(7)
  connection.close()
})

test('a short drop is nobody’s business; after a second the loss is told, and it ends with the first message', () => {
  const { connection } = start()
  newest().opens()
  newest().says(snapshot(7))
  newest().close()
  vi.advanceTimersByTime(750)
  expect(connection.state().phase).toBe('live')
  vi.advanceTimersByTime(750)
  expect(connection.state().phase).toBe('lost')
  newest().opens()
  newest().says(delta(7, 8))
  expect(connection.state().phase).toBe('live')
  connection.close()
})

test('a server that falls silent is a lost connection, although nothing was closed', () => {
  const { connection } = start()
  newest().opens()
  newest().says(snapshot(7))
  vi.advanceTimersByTime(5_000)
  expect(connection.state().phase).toBe('lost')
  expect(FarSide.all.length).toBeGreaterThan(1)
  connection.close()
})

test('measures the latency by pings, fewer than the server allows', () => {
  const { connection } = start()
  newest().opens()
  newest().says(snapshot(7))
  for (let second = 0; second < 10; second++) {
    vi.advanceTimersByTime(1_000)
    newest().says(delta(7, 7))
  }
  const pings = newest().sent.filter((message) => message.type === 'ping')
  expect(pings.length).toBeGreaterThan(3)
  expect(pings.length).toBeLessThan(20)
  const last = pings.at(-1)
  if (last?.type === 'ping') newest().says({ type: 'pong', at: last.at, now: 0 })
  expect(connection.state().latency).toBeGreaterThanOrEqual(0)
  connection.close()
})

test('being refused is told, because the session may have ended', () => {
  const { connection, refused } = start()
  newest().close()
  expect(refused()).toBe(1)
  connection.close()
})
