import { afterAll, beforeAll, expect, test } from 'vitest'
import * as packets from './packets.ts'
import type { RawClient } from './raw-client.ts'
import { type Brokers, startBrokers } from './start-brokers.ts'

/**
 * The ten situations that the Eclipse paho interoperability suite puts a broker into, against the port that is there for
 * such a suite. The topics are the suite's, since it relies on how they match.
 */
let city: Brokers
beforeAll(async () => {
  city = await startBrokers()
})
afterAll(() => city.stop())

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function join(clientId: string, options: Parameters<RawClient['connect']>[0] = {}) {
  const client = city.open('conformance')
  const { returnCode, sessionPresent } = await client.connect({ clientId, ...options })
  expect(returnCode).toBe(0)
  return Object.assign(client, { sessionPresent })
}

/** Publishes at each QoS and waits for what acknowledges it. */
async function publishEach(client: RawClient, topics: [string, string, string], payloads: string[], retain = false) {
  const [first = '', second = '', third = ''] = payloads
  client.send(packets.publish(topics[0], first, { retain }))
  client.send(packets.publish(topics[1], second, { qos: 1, id: 11, retain }))
  await client.next('puback')
  client.send(packets.publish(topics[2], third, { qos: 2, id: 12, retain }))
  await client.next('pubcomp')
}

test('basic: a message of each QoS comes to who subscribed; a second CONNECT and another protocol end the connection', async () => {
  await (await join('first')).disconnect()
  const client = await join('first')
  expect(client.sessionPresent).toBe(false)
  expect(await client.subscribe(['TopicA', 2])).toEqual([2])
  await publishEach(client, ['TopicA', 'TopicA', 'TopicA'], ['qos 0', 'qos 1', 'qos 2'])
  await client.until('three messages', () => client.publications().length === 3)
  expect(client.publications().map(({ payload, qos, retain }) => [payload, qos, retain])).toEqual([
    ['qos 0', 0, false],
    ['qos 1', 1, false],
    ['qos 2', 2, false]
  ])
  client.send(packets.connect({ clientId: 'first' }))
  await client.closed()
  const other = city.open('conformance')
  other.send(packets.connect({ name: 'hj' }))
  await other.closed()
  expect(other.received).toEqual([])
})

test('retained messages come to a later subscriber, marked, and an empty one ends each', async () => {
  const topics: [string, string, string] = ['TopicA/B', 'Topic/C', 'TopicA/C']
  const client = await join('first')
  await publishEach(client, topics, ['qos 0', 'qos 1', 'qos 2'], true)
  expect(await client.subscribe(['+/+', 2])).toEqual([2])
  await client.until('three retained messages', () => client.publications().length === 3)
  expect(
    client
      .publications()
      .map(({ topic, payload, qos, retain }) => [topic, payload, qos, retain])
      .sort()
  ).toEqual([
    ['Topic/C', 'qos 1', 1, true],
    ['TopicA/B', 'qos 0', 0, true],
    ['TopicA/C', 'qos 2', 2, true]
  ])
  await client.disconnect()

  // As the suite cleans up before it begins: whatever `#` brings is ended by an empty message of QoS 0.
  const cleaner = await join('clean retained')
  await cleaner.subscribe(['#', 0])
  await cleaner.until('three retained messages', () => cleaner.publications().length === 3)
  for (const { topic, qos } of cleaner.publications()) {
    expect(qos).toBe(0)
    cleaner.send(packets.publish(topic, '', { retain: true }))
  }
  await cleaner.disconnect()
  // QoS 0 is acknowledged by nothing that could be waited for.
  await pause(200)
  const later = await join('first')
  await later.subscribe(['+/+', 2])
  await pause(200)
  expect(later.publications()).toEqual([])
  await later.disconnect()
})

test('the will of a client that vanishes is published, once, at its QoS', async () => {
  const leaving = await join('first', {
    keepalive: 2,
    will: { topic: 'Topic/C', payload: 'client not disconnected', qos: 2 }
  })
  const staying = await join('second', { clean: false })
  await staying.subscribe(['Topic/C', 2])
  leaving.socket.end()
  await staying.until('the will', () => staying.publications().length > 0)
  await pause(200)
  expect(staying.publications()).toMatchObject([{ payload: 'client not disconnected', qos: 2 }])
  await staying.disconnect()
  await (await join('second')).disconnect()
})

test('no client id: refused with 2 where the session is to be kept, accepted where it is not', async () => {
  const keeping = city.open('conformance')
  expect(await keeping.connect({ clientId: '', clean: false })).toEqual({ returnCode: 2, sessionPresent: false })
  await keeping.closed()
  const [one, other] = [await join(''), await join('')]
  await pause(100)
  expect([one.isClosed, other.isClosed]).toEqual([false, false])
  await Promise.all([one.disconnect(), other.disconnect()])
})

test('what is published while a client is away waits for it', async () => {
  const client = await join('first', { clean: false })
  expect(client.sessionPresent).toBe(false)
  await client.subscribe(['+/+', 2])
  await client.disconnect()

  const publisher = await join('second')
  await publishEach(publisher, ['TopicA/B', 'Topic/C', 'TopicA/C'], ['qos 0', 'qos 1', 'qos 2'])
  await publisher.disconnect()

  const back = await join('first', { clean: false })
  expect(back.sessionPresent).toBe(true)
  await back.until('two messages', () => back.publications().length === 2)
  // QoS 0 does not wait, and what was never sent is no repeat.
  expect(back.publications().map(({ payload, qos, dup }) => [payload, qos, dup])).toEqual([
    ['qos 1', 1, false],
    ['qos 2', 2, false]
  ])
  await back.disconnect()
  await (await join('first')).disconnect()
})

test('overlapping subscriptions bring a message once, with the highest QoS', async () => {
  const client = await join('first')
  expect(await client.subscribe(['TopicA/#', 2], ['TopicA/+', 1])).toEqual([2, 1])
  await publishEach(client, ['TopicA/C', 'TopicA/C', 'TopicA/C'], ['a', 'b', 'c'])
  await client.until('three messages', () => client.publications().length === 3)
  await pause(100)
  expect(client.publications().map(({ payload, qos }) => [payload, qos])).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2]
  ])
  await client.disconnect()
})

test('a client that falls silent is closed after one and a half times its keep-alive, and its will is published', async () => {
  const silent = await join('first', { keepalive: 1, will: { topic: '/TopicA', payload: 'keepalive expiry' } })
  const hearing = await join('second')
  await hearing.subscribe(['/TopicA', 2])
  const pinging = await join('third', { keepalive: 1 })
  const pings = setInterval(() => pinging.send(packets.pingreq), 400)
  await silent.closed()
  await hearing.until('the will', () => hearing.publications().length === 1)
  expect(hearing.publications()).toMatchObject([{ topic: '/TopicA', payload: 'keepalive expiry' }])
  clearInterval(pings)
  expect([pinging.isClosed, hearing.isClosed]).toEqual([false, false])
  await Promise.all([hearing.disconnect(), pinging.disconnect()])
})

test('what was not acknowledged comes again after a reconnect, as a repeat under its packet id', async () => {
  const client = await join('second', { clean: false })
  await client.subscribe(['TopicA/#', 2])
  client.answers = false
  client.send(packets.publish('TopicA/B', '', { qos: 1, id: 21 }))
  client.send(packets.publish('TopicA/C', '', { qos: 2, id: 22 }))
  await client.until('both messages', () => client.publications().length === 2)
  const first = client.publications()
  await client.disconnect()

  const back = await join('second', { clean: false })
  await back.until('both messages again', () => back.publications().length === 2)
  expect(back.publications()).toEqual(first.map((publication) => ({ ...publication, dup: true })))
  expect(first.map(({ qos }) => qos).sort()).toEqual([1, 2])
  await back.next('pubrel')
  await back.disconnect()

  const third = await join('second', { clean: false })
  await pause(200)
  expect(third.publications()).toEqual([])
  await third.disconnect()
  await (await join('second')).disconnect()
})

test('a filter that begins with a wildcard does not bring topics that begin with $', async () => {
  const client = await join('second')
  await client.subscribe(['+/+', 2], ['#', 2])
  client.send(packets.publish('$TopicA/B', '', { qos: 1, id: 31 }))
  await client.next('puback')
  await pause(200)
  expect(client.publications()).toEqual([])
  expect(await client.subscribe(['$TopicA/+', 1])).toEqual([1])
  client.send(packets.publish('$TopicA/B', 'asked for', { qos: 1, id: 32 }))
  await client.until('the message', () => client.publications().length === 1)
  await client.disconnect()
})

test('a subscription that is not allowed is refused in the SUBACK, and the others of its packet are granted', async () => {
  const client = await join('first')
  expect(await client.subscribe(['test/nosubscribe', 2])).toEqual([0x80])
  expect(await client.subscribe(['a', 1], ['test/nosubscribe', 1], ['$SYS/#', 0], ['b', 0])).toEqual([1, 0x80, 0x80, 0])
  await client.disconnect()
})

test('what is published there is acknowledged after the disk, kept as dead letters within bounds, and heard by no device', async () => {
  const watch = await city.connect('watch')
  expect(await watch.subscribe(['city/centre/+/+/status', 1])).toEqual([1])
  const client = await join('first')
  await client.subscribe(['#', 2])
  const before = city.journal.tally().rejected
  for (let id = 1; id <= 300; id++) {
    client.send(packets.publish('city/centre/waste/bin-1/status', `{"status":"online","n":${id}}`, { qos: 1, id }))
  }
  await client.until('300 acknowledgements', () => client.received.filter(({ type }) => type === 4).length === 300)
  expect(city.journal.tally().rejected - before).toBe(300)
  const letters = await city.entries('dead-letter')
  expect(new Set(letters.map(({ source }) => source))).toEqual(new Set(['_conformance']))
  expect(letters.length).toBeLessThan(100)
  expect(await city.entries('status')).toEqual([])

  const device = await city.connect('bin-1')
  device.send(packets.publish('city/centre/waste/bin-1/status', '{"status":"online"}', { qos: 1, id: 1 }))
  await watch.until('the status of the device', () => watch.publications().length > 0)
  await pause(100)
  expect(watch.publications()).toMatchObject([{ payload: '{"status":"online"}' }])
  expect(client.publications()).toHaveLength(300)
})
