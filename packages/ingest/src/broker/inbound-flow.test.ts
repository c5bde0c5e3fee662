import { createConnection, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startIngest, type TestIngest, until } from '../testing/start-ingest.ts'

let city: TestIngest | undefined
afterEach(() => city?.stop())

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length >> 8, value.length & 255]), Buffer.from(value)])
}
function packet(first: number, body: Buffer): Buffer {
  const { length } = body
  return Buffer.concat([Buffer.from(length < 128 ? [first, length] : [first, (length & 127) | 128, length >> 7]), body])
}
function connectPacket(device: string, clientId = device): Buffer {
  const rest = [text(clientId), text(device), text(`secret-${device}`)]
  return packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 0]), ...rest]))
}
function publishPacket(device: string, id: number): Buffer {
  const payload = `{"dateObserved":"2026-05-04T08:00:00Z","intensity":${id}}`
  const topic = text(`city/lumen/traffic/${device}/obs`)
  return packet(0x32, Buffer.concat([topic, Buffer.from([id >> 8, id & 255]), Buffer.from(payload)]))
}

/** A socket that counts the PUBACKs that come, in their order. */
function open(port: number): { socket: Socket; acknowledged: number[]; isClosed: () => boolean } {
  const socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
  const acknowledged: number[] = []
  let held = Buffer.alloc(0)
  let closed = false
  socket.on('error', () => undefined)
  socket.on('close', () => {
    closed = true
  })
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    for (; held.length >= 4; held = held.subarray(4)) if (held[0] === 0x40) acknowledged.push(held.readUInt16BE(2))
  })
  return { socket, acknowledged, isClosed: () => closed }
}

test.each([1, 2, 7, 61, 4_096])('cut into pieces of %i bytes everything arrives, in order', async (size) => {
  city = await startIngest()
  const { socket, acknowledged } = open(city.ingest.port)
  const count = size < 3 ? 20 : 300
  const all = Buffer.concat([
    connectPacket('det-1'),
    ...Array.from({ length: count }, (_, i) => publishPacket('det-1', i + 1))
  ])
  for (let at = 0; at < all.length; at += size) {
    socket.write(all.subarray(at, at + size))
    if (size < 8 || at % 8_192 < size) await new Promise((resolve) => setImmediate(resolve))
  }
  await until('all acknowledgements', () => acknowledged.length === count, 20_000)
  expect(acknowledged).toEqual(Array.from({ length: count }, (_, i) => i + 1))
  expect(city.journal.tally().accepted).toBe(count)
  socket.destroy()
})

test('a client has no more publishes under way than its bound, whatever it sends behind its CONNECT', async () => {
  city = await startIngest({ limits: { maxUnderWayPerClient: 10 } })
  city.journal.hold()
  const { socket, acknowledged } = open(city.ingest.port)
  socket.write(
    Buffer.concat([connectPacket('det-1'), ...Array.from({ length: 500 }, (_, i) => publishPacket('det-1', i + 1))])
  )
  const { journal } = city
  await until('what waits', () => journal.offered > 0)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(journal.offered).toBe(10)
  city.journal.release()
  await until('all acknowledgements', () => acknowledged.length === 500)
  expect(city.journal.tally().accepted).toBe(500)
  socket.destroy()
})

test('above its rate a device is read more slowly, over all its connections; others are not, and nothing is lost', async () => {
  let now = 0
  const clock = { now: () => Date.now(), monotonic: () => now }
  city = await startIngest({ clock, limits: { maxDeviceRate: 100 } })
  const join = (device: string, clientId: string, ids: number[]) => {
    const client = open((city as TestIngest).ingest.port)
    client.socket.write(Buffer.concat([connectPacket(device, clientId), ...ids.map((id) => publishPacket(device, id))]))
    return client
  }
  const ids = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)
  const first = join('det-1', 'one', ids(1, 150))
  await until('the allowance of a second', () => first.acknowledged.length === 100)
  const second = join('det-1', 'two', ids(151, 10))
  const calm = join('bin-1', 'calm', ids(1, 50))
  await until('the other device', () => calm.acknowledged.length === 50)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([first.acknowledged.length, second.acknowledged.length]).toEqual([100, 0])
  now += 300
  await until('the allowance of 300 ms', () => first.acknowledged.length + second.acknowledged.length >= 130)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(first.acknowledged.length + second.acknowledged.length).toBeLessThan(135)
  now += 1_000
  await until('the rest', () => first.acknowledged.length === 150 && second.acknowledged.length === 10)
  for (const { socket } of [first, second, calm]) socket.destroy()
})

test('a packet that is announced as too long ends the connection at its first bytes', async () => {
  city = await startIngest({ limits: { maxPacketBytes: 10_000 } })
  const { socket, isClosed } = open(city.ingest.port)
  socket.write(connectPacket('det-1'))
  await until('the connection', () => city?.ingest.connected() === 1)
  socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f, 0, 1]))
  await until('its end', isClosed)
  expect(city.logged.join('\n')).toContain('too long')
})
