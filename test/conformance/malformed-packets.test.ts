import { afterAll, beforeAll, expect, test } from 'vitest'
import * as packets from './packets.ts'
import { number, packet, text } from './packets.ts'
import { type Brokers, startBrokers } from './start-brokers.ts'

let city: Brokers
beforeAll(async () => {
  city = await startBrokers()
})
afterAll(() => city.stop())

const credentials = { username: 'bin-2', password: 'secret-bin-2' }
const good = packets.connect(credentials)
const bytes = (...values: number[]) => Buffer.from(values)
/** A CONNECT with these flags and this behind the client id. */
const connectWith = (flags: number, ...rest: Uint8Array[]) =>
  packet(0x10, text('MQTT'), bytes(4, flags), number(0), text('c'), ...rest)
const signIn = [text('bin-2'), text('secret-bin-2')]

/** Each with the clause that forbids it, or that says what a well-formed one is. */
const instead: [name: string, sent: Buffer][] = [
  ['another name of the protocol [3.1.2-1]', packets.connect({ ...credentials, name: 'HTTP' })],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['TLS on the plain port', bytes(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)],
  ['a PUBLISH before the CONNECT [3.1.0-1]', packets.publish('a', 'b')],
  ['a PINGREQ before the CONNECT [3.1.0-1]', packets.pingreq],
  ['the reserved flag of a CONNECT [3.1.2-3]', connectWith(0xc3, ...signIn)],
  ['flags of a CONNECT [2.2.2-2]', Buffer.concat([bytes(0x11), good.subarray(1)])],
  ['a will of QoS 3 [3.1.2-14]', connectWith(0xde, text('a'), text('b'), ...signIn)],
  ['QoS of a will that is not there [3.1.2-13]', connectWith(0xca, ...signIn)],
  ['retain of a will that is not there [3.1.2-15]', connectWith(0xe2, ...signIn)],
  ['a will on a topic with a wildcard [3.3.2-2]', connectWith(0xc6, text('a/#'), text('b'), ...signIn)],
  ['a will without a topic [4.7.3-1]', connectWith(0xc6, text(''), text('b'), ...signIn)],
  ['a password without a name [3.1.2-22]', connectWith(0x42, text('secret-bin-2'))],
  ['a CONNECT that lacks what its flags promise', connectWith(0xc2, text('bin-2'))],
  ['a CONNECT with more than its flags promise', connectWith(0xc2, ...signIn, text('more'))],
  [
    'a client id that is not UTF-8 [1.5.3-1]',
    packet(0x10, text('MQTT'), bytes(4, 2), number(0), text(bytes(0xc3, 0x28)))
  ],
  ['U+0000 in a client id [1.5.3-2]', packets.connect({ ...credentials, clientId: 'a\0b' })],
  [
    'a surrogate in a client id [1.5.3-1]',
    packet(0x10, text('MQTT'), bytes(4, 2), number(0), text(bytes(0xed, 0xa0, 0x80)))
  ],
  ['a length of five bytes [2.2.3]', bytes(0x10, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ['a CONNECT of 268,435,455 bytes', bytes(0x10, 0xff, 0xff, 0xff, 0x7f)]
]
const after: [name: string, sent: Buffer][] = [
  ['a second CONNECT [3.1.0-2]', good],
  ['packet type 0 [2.2.1]', packet(0x00)],
  ['packet type 15 [2.2.1]', packet(0xf0)],
  ['a CONNACK', packet(0x20, bytes(0, 0))],
  ['a SUBACK', packet(0x90, number(1), bytes(0))],
  ['an UNSUBACK', packet(0xb0, number(1))],
  ['a PINGRESP', packet(0xd0)],
  ['a PUBLISH of QoS 3 [3.3.1-4]', packet(0x36, text('a'), number(1), text('b'))],
  ['a repeat of QoS 0 [3.3.1-2]', packets.publish('a', 'b', { dup: true })],
  ['a PUBLISH on a wildcard [3.3.2-2]', packets.publish('a/+', 'b', { qos: 1, id: 1 })],
  ['a PUBLISH on #', packets.publish('#', 'b', { qos: 1, id: 1 })],
  ['a PUBLISH without a topic [4.7.3-1]', packets.publish('', 'b', { qos: 1, id: 1 })],
  ['a PUBLISH with packet id 0 [2.3.1-1]', packets.publish('a', 'b', { qos: 1, id: 0 })],
  ['a PUBLISH of QoS 1 that ends at its topic', packet(0x32, text('a'))],
  ['a PUBLISH whose topic is longer than it', packet(0x30, number(40), bytes(97))],
  ['a PUBLISH on a topic that is not UTF-8 [3.3.2-1]', packet(0x32, text(bytes(0xff)), number(1))],
  ['a PUBLISH on a topic with U+0000 [4.7.3-2]', packets.publish('a\0', 'b', { qos: 1, id: 1 })],
  ['a PUBLISH above the bound', packet(0x30, text('a'), Buffer.alloc(1_000_001))],
  ['flags of a SUBSCRIBE [3.8.1-1]', packet(0x80, number(1), text('a'), bytes(0))],
  ['a SUBSCRIBE without a filter [3.8.3-3]', packet(0x82, number(1))],
  ['a SUBSCRIBE with packet id 0 [2.3.1-1]', packets.subscribe(0, ['a', 0])],
  ['a SUBSCRIBE for QoS 3 [3.8.3-4]', packet(0x82, number(1), text('a'), bytes(3))],
  ['a SUBSCRIBE without a QoS', packet(0x82, number(1), text('a'))],
  ['a SUBSCRIBE to an empty filter [4.7.3-1]', packets.subscribe(1, ['', 0])],
  ...['a#', 'a/#/b', '#/a', 'a+', '+a', 'a/b+/c'].map((filter): [string, Buffer] => [
    `a SUBSCRIBE to ${filter} [4.7.1-2], [4.7.1-3]`,
    packets.subscribe(1, [filter, 0])
  ]),
  ['an UNSUBSCRIBE without a filter [3.10.3-2]', packet(0xa2, number(1))],
  ['flags of an UNSUBSCRIBE [3.10.1-1]', packet(0xa0, number(1), text('a'))],
  ['flags of a PUBREL [3.6.1-1]', packet(0x60, number(1))],
  ['a PUBACK without a packet id', packet(0x40)],
  ['a PUBACK of three bytes', packet(0x40, number(1), bytes(0))],
  ['a PUBREC with packet id 0', packet(0x50, number(0))],
  ['a PINGREQ with a body', packet(0xc0, bytes(0))],
  ['flags of a DISCONNECT [3.14.1-1]', bytes(0xe1, 0)],
  ['a length of five bytes after the CONNECT', bytes(0x30, 0x80, 0x80, 0x80, 0x80, 0x01)]
]
const all = [...instead.map((one) => [...one, 'instead'] as const), ...after.map((one) => [...one, 'after'] as const)]

test('malformed packets, each kind, end their own connection alone, and leave nothing behind', async () => {
  const bystander = await city.connect('bin-1', { clientId: 'bystander' })
  const listener = await city.connect('watch')
  expect(await listener.subscribe(['city/centre/+/+/status', 1])).toEqual([1])
  await expectAlive(1)
  const before = { head: city.journal.head, tally: city.journal.tally() }

  for (const [name, sent, when] of all) {
    const client = when === 'after' ? await city.connect('bin-2') : city.open()
    client.send(sent)
    await client.closed(3_000).catch(() => expect.fail(`${name}: the connection stays`))
    expect(client.received, name).toEqual([])
  }
  // Ticks are the journal's own.
  const entries = await city.journal.read(before.head, 1_000)
  expect(entries.filter(({ kind }) => kind !== 'tick')).toEqual([])
  expect(city.journal.tally()).toEqual(before.tally)
  await expectAlive(2)
  expect([bystander.isClosed, listener.isClosed]).toEqual([false, false])

  async function expectAlive(id: number) {
    const payload = `{"status":"online","softwareVersion":"${id}"}`
    bystander.send(packets.publish('city/centre/waste/bin-1/status', payload, { qos: 1, id }))
    await bystander.next('puback')
    await listener.until('the status', () => listener.publications().some((one) => one.payload === payload))
  }
})

test('what is well-formed before a malformed packet is stored and acknowledged; what is behind it is neither', async () => {
  const client = await city.connect('bin-2')
  const reading = (level: number) => `{"dateObserved":"2026-05-04T08:00:00Z","fillingLevel":${level}}`
  const topic = 'city/centre/waste/bin-2/obs'
  const before = city.journal.tally().accepted
  client.send(
    packets.publish(topic, reading(0.1), { qos: 1, id: 1 }),
    packet(0x82, number(1)),
    packets.publish(topic, reading(0.2), { qos: 1, id: 2 })
  )
  await client.closed()
  expect(client.received.map(({ type, body }) => [type, body.readUInt16BE(0)])).toEqual([[packets.types.puback, 1]])
  expect(city.journal.tally().accepted - before).toBe(1)
})

test.each([5, 6, 2])('version %i of the protocol is answered with 1 and closed [3.1.2-2]', async (level) => {
  const client = city.open()
  expect(await client.connect({ ...credentials, level })).toEqual({ returnCode: 1, sessionPresent: false })
  await client.closed()
})

test('MQTT 3.1 is spoken too', async () => {
  const client = city.open()
  const options = { ...credentials, clientId: 'old', level: 3, name: 'MQIsdp' }
  expect((await client.connect(options)).returnCode).toBe(0)
  await client.disconnect()
})

test('a connection that says nothing is closed after a while', async () => {
  const impatient = await startBrokers({ limits: { connectTimeout: 200 } })
  const [silent, slow] = [impatient.open(), impatient.open()]
  slow.send(good.subarray(0, 5))
  await Promise.all([silent.closed(), slow.closed()])
  await impatient.stop()
})
