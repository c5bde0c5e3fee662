import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import type { DeltaMessage, Health, SnapshotMessage } from '@city-brain/model'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createDevice } from '../testing/device.ts'
import { eventually } from '../testing/eventually.ts'
import {
  type Client,
  ownPassword,
  signIn,
  signInFirst,
  startTinyCity,
  type TestCity
} from '../testing/start-tiny-city.ts'

let city: TestCity
let operator: Client
beforeAll(async () => {
  city = await startTinyCity()
  operator = await signInFirst(city)
})
afterAll(() => city?.end())

/** A browser's live connection: everything that it was sent, and why it ended. */
function connect(cookie: string, origin = city.url) {
  const socket = new WebSocket(`${city.url.replace('http', 'ws')}/api/live`, { headers: { cookie, origin } })
  const messages: (SnapshotMessage | DeltaMessage | { type: 'pong'; at: number })[] = []
  let refused: number | undefined
  let closed: { code: number; reason: string } | undefined
  socket.on('message', (data) => messages.push(JSON.parse(String(data))))
  socket.on('unexpected-response', (_request, response) => {
    refused = response.statusCode
    socket.terminate()
  })
  socket.on('error', () => undefined)
  socket.on('close', (code, reason) => {
    closed = { code, reason: String(reason) }
  })
  return {
    socket,
    messages,
    refused: () => refused,
    closed: () => closed,
    opened: () => new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject)),
    say: (message: unknown) => socket.send(JSON.stringify(message)),
    deltas: () => messages.filter((message): message is DeltaMessage => message.type === 'delta')
  }
}

test('a reading goes from a device to the browser, and deltas chain from the snapshot on', async () => {
  const browser = connect(operator.cookie)
  await browser.opened()
  browser.say({ type: 'hello' })
  browser.say({ type: 'ping', at: 5 })
  await eventually(() => expect(browser.messages.map(({ type }) => type)).toEqual(['snapshot', 'pong']))
  const bin = await createDevice(city, 'bin-1')
  const dateObserved = new Date().toISOString()
  await bin.publish('city/centre/waste/bin-1/status', { status: 'online' })
  await bin.publish('city/centre/waste/bin-1/obs', { dateObserved, fillingLevel: 0.5, temperature: 95 })
  await eventually(() => {
    const deltas = browser.deltas()
    expect(deltas.flatMap((delta) => delta.entities ?? [])).toMatchObject([
      { entity: 'bin-1', dateObserved, values: { fillingLevel: 0.5, temperature: 95 }, stale: false }
    ])
    expect(deltas.flatMap((delta) => delta.devices ?? [])).toMatchObject([{ device: 'bin-1', status: 'online' }])
    expect(deltas.flatMap((delta) => delta.alarms ?? [])).toMatchObject([{ id: 'container-fire/bin-1' }])
    expect(deltas.flatMap((delta) => delta.rates ?? []).at(-1)?.counters).toMatchObject({ received: 1, accepted: 1 })
  })
  let offset = (browser.messages[0] as SnapshotMessage).offset
  for (const delta of browser.deltas()) {
    expect(delta.from).toBe(offset)
    offset = delta.to
  }

  // Gone, and back: only what was missed.
  const epoch = browser.deltas()[0]?.epoch
  browser.socket.close()
  await bin.publish('city/centre/waste/bin-1/obs', { dateObserved: new Date().toISOString(), fillingLevel: 0.6 })
  await eventually(async () => expect((await operator.json<Health>('/api/health')).counters.accepted).toBe(2))
  const back = connect(operator.cookie)
  await back.opened()
  back.say({ type: 'hello', epoch, offset })
  await eventually(() => {
    expect(back.deltas()[0]?.from).toBe(offset)
    expect(back.deltas().flatMap((delta) => delta.entities ?? [])).toMatchObject([{ values: { fillingLevel: 0.6 } }])
  })
  expect(back.messages.some(({ type }) => type === 'snapshot')).toBe(false)
  back.socket.close()
  await bin.end()
})

test.each([
  ['without a session', (): [string, string] => ['', city.url], 401],
  ['from a page of another site', (): [string, string] => [operator.cookie, 'https://evil.example'], 403]
] as const)('nobody is let in %s', async (_name, place, status) => {
  const [cookie, origin] = place()
  const browser = connect(cookie, origin)
  await eventually(() => expect(browser.refused()).toBe(status))
})

test('the connection ends with the session', async () => {
  const client = await signIn(city, 'operator', ownPassword)
  const browser = connect(client.cookie)
  await browser.opened()
  browser.say({ type: 'hello' })
  await eventually(() => expect(browser.messages.length).toBeGreaterThan(0))
  await client.request('/api/session', { method: 'DELETE' })
  await eventually(() => expect(browser.closed()).toEqual({ code: 4401, reason: 'the session has ended' }))
})

test.each([
  ['another route', '/api/health', 'websocket', 400, 'bad-request'],
  ['a path that is no URL, whose connection must not stay open', '/api/%uD808', 'websocket', 400, 'bad-request'],
  ['another protocol', '/api/live', 'h2c', 400, 'bad-request'],
  ['a handshake without its key', '/api/live', 'websocket', 400, 'bad-request'],
  ['no route at all', '/nothing', 'websocket', 404, 'not-found']
])('an upgrade of %s is refused in the form of every other error', async (_what, path, upgrade, status, code) => {
  const { hostname, port, host } = new URL(city.url)
  const socket = connectSocket({ host: hostname, port: Number(port) })
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk.toString()
  })
  const lines = [`GET ${path} HTTP/1.1`, `host: ${host}`, `origin: ${city.url}`, `cookie: ${operator.cookie}`]
  socket.write(`${[...lines, 'connection: upgrade', `upgrade: ${upgrade}`].join('\r\n')}\r\n\r\n`)
  await once(socket, 'close')
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code })
})

test('nonsense ends the connection, and a stop of the city says so', async () => {
  const client = await signIn(city, 'operator', ownPassword)
  const [rude, polite] = [connect(client.cookie), connect(client.cookie)]
  await Promise.all([rude.opened(), polite.opened()])
  rude.socket.send('nonsense')
  await eventually(() => expect(rude.closed()?.code).toBe(1008))
  polite.say({ type: 'hello' })
  await eventually(() => expect(polite.messages.length).toBeGreaterThan(0))
  await city.stop()
  await eventually(() => expect(polite.closed()?.code).toBe(1001))
})
