import { connect as connectSocket } from 'node:net'
import type { Entry } from '@city-brain/model'
import mqtt from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { createMemoryJournal } from './testing/memory-journal.ts'
import { startIngest, type TestIngest, until } from './testing/start-ingest.ts'

const running: TestIngest[] = []
const start = async (...options: Parameters<typeof startIngest>) => {
  const started = await startIngest(...options)
  running.push(started)
  return started
}
afterEach(async () => {
  for (const city of running.splice(0)) await city.stop()
})

const obs = 'city/lumen/traffic/det-1/obs'
const at = (seconds: number) => new Date(Date.UTC(2026, 4, 4, 8, 0, seconds)).toISOString()
const flow = (seconds: number, intensity = 5) => JSON.stringify({ dateObserved: at(seconds), intensity })
const ofKind = <K extends Entry['kind']>(city: TestIngest, kind: K) =>
  city.journal.entries.filter((entry) => entry.kind === kind) as Entry<K>[]

test('a reading is stored as it was sent, with its time in UTC', async () => {
  const city = await start()
  const client = await city.connect('det-1')
  const payload = { dateObserved: '2026-05-04T10:00:01+02:00', intensity: 12, congested: false }
  await client.publishAsync(obs, JSON.stringify(payload), { qos: 1 })
  expect(ofKind(city, 'reading')).toMatchObject([
    {
      entity: 'det-1',
      source: 'det-1',
      payload: {
        type: 'TrafficFlowObserved',
        dateObserved: '2026-05-04T08:00:01.000Z',
        values: { intensity: 12, congested: false }
      }
    }
  ])
  expect(city.journal.tally()).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
})

test.each([1, 2] as const)('QoS %i is acknowledged only after the entry is on disk', async (qos) => {
  const city = await start()
  const client = await city.connect('det-1')
  city.journal.hold()
  let acknowledged = false
  const published = client.publishAsync(obs, flow(1), { qos }).then(() => {
    acknowledged = true
  })
  await new Promise((resolve) => setTimeout(resolve, 150))
  expect(acknowledged).toBe(false)
  expect(city.journal.entries).toEqual([])
  city.journal.release()
  await published
  expect(ofKind(city, 'reading')).toHaveLength(1)
})

test('messages of one client overlap while they wait, and are acknowledged in their order', async () => {
  const city = await start()
  const client = await city.connect('det-1')
  city.journal.hold()
  const order: number[] = []
  const published = Array.from({ length: 50 }, (_, i) =>
    client.publishAsync(obs, i % 5 === 3 ? 'garbage' : flow(i), { qos: 1 }).then(() => order.push(i))
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  city.journal.release()
  await Promise.all(published)
  expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i))
  // 10 times garbage: one dead letter, nine repeats of it.
  expect(city.journal.tally()).toEqual({ accepted: 40, rejected: 1, duplicate: 9 })
  expect(Math.max(...city.journal.batches)).toBeGreaterThan(10)
})

test('what the journal cannot store is not acknowledged, and its repeat is taken as new', async () => {
  const city = await start()
  const client = await city.connect('det-1')
  city.journal.failNext(1)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  let acknowledged = false
  client.publish(obs, flow(1), { qos: 1 }, (fault) => {
    acknowledged = !fault
  })
  await closed
  expect(acknowledged).toBe(false)
  expect(city.journal.tally()).toEqual({ accepted: 0, rejected: 0, duplicate: 0 })
  const again = await city.connect('det-1')
  await again.publishAsync(obs, flow(1), { qos: 1 })
  expect(city.journal.tally()).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
  expect(city.logged.join('\n')).toContain('did not store readings')
})

test('a group begun before a failure was known is not acknowledged, even where it was stored', async () => {
  const city = await start()
  const [first, second] = [await city.connect('det-1'), await city.connect('bin-1')]
  city.journal.hold()
  city.journal.failNext(1)
  let acknowledged = 0
  const count = (fault?: Error) => {
    if (!fault) acknowledged++
  }
  const closed = Promise.all(
    [first, second].map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())))
  )
  first.publish(obs, flow(1), { qos: 1 }, count)
  await new Promise((resolve) => setTimeout(resolve, 50))
  second.publish(
    'city/lumen/waste/bin-1/obs',
    JSON.stringify({ dateObserved: at(1), fillingLevel: 0.5 }),
    { qos: 1 },
    count
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  city.journal.release()
  await closed
  expect(acknowledged).toBe(0)
  // The second is stored; when it comes again it is recognised.
  const again = await city.connect('bin-1')
  await again.publishAsync('city/lumen/waste/bin-1/obs', JSON.stringify({ dateObserved: at(1), fillingLevel: 0.5 }), {
    qos: 1
  })
  expect(city.journal.tally()).toEqual({ accepted: 1, rejected: 0, duplicate: 1 })
})

test('while the journal stores nothing nobody is let in', async () => {
  const city = await start()
  city.journal.setState('full')
  await expect(city.connect('det-1')).rejects.toMatchObject({ code: 3 })
  city.journal.setState('ok')
  await city.connect('det-1')
})

test('wrong credentials and unregistered names are refused with their code', async () => {
  const city = await start()
  await expect(city.connect('det-1', { password: 'guess' })).rejects.toMatchObject({ code: 4 })
  await expect(city.connect('nobody')).rejects.toMatchObject({ code: 5 })
  await expect(city.connect('det-1', { username: undefined, password: undefined })).rejects.toMatchObject({ code: 4 })
  expect(city.ingest.connected()).toBe(0)
  expect(city.logged.join('\n')).not.toContain('guess')
})

test('a repeat is acknowledged after the first is on disk, counted reading by reading, and dropped', async () => {
  const city = await start()
  const client = await city.connect('unit-7')
  const topic = 'city/lumen/traffic/unit-7/obs'
  const both = JSON.stringify([
    { id: 'det-1', dateObserved: at(1), intensity: 1 },
    { id: 'det-2', dateObserved: at(1), intensity: 2 }
  ])
  city.journal.hold()
  const acknowledged: string[] = []
  const sent = ['first', 'repeat'].map((which) =>
    client.publishAsync(topic, both, { qos: 1 }).then(() => acknowledged.push(which))
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(acknowledged).toEqual([])
  city.journal.release()
  await Promise.all(sent)
  expect(acknowledged).toEqual(['first', 'repeat'])
  expect(city.journal.tally()).toEqual({ accepted: 2, rejected: 0, duplicate: 2 })
  expect(ofKind(city, 'reading').map(({ entity }) => entity)).toEqual(['det-1', 'det-2'])
})

test('the same bytes of another device, or other bytes of the same millisecond, are no repeat', async () => {
  const city = await start()
  const [one, other] = [await city.connect('det-1'), await city.connect('unit-7')]
  await one.publishAsync(obs, flow(1, 1), { qos: 1 })
  await one.publishAsync(obs, flow(1, 2), { qos: 1 })
  const named = JSON.stringify({ id: 'det-1', dateObserved: at(1), intensity: 1 })
  await one.publishAsync(obs, named, { qos: 1 })
  await other.publishAsync('city/lumen/traffic/unit-7/obs', named, { qos: 1 })
  expect(city.journal.tally()).toEqual({ accepted: 4, rejected: 0, duplicate: 0 })
  expect(ofKind(city, 'reading').every(({ payload }) => payload.flags === undefined)).toBe(true)
})

test('a repeat is recognised after a crash, by snapshot and tail', async () => {
  const city = await start()
  const client = await city.connect('det-1')
  await client.publishAsync(obs, flow(1), { qos: 1 })
  await client.publishAsync(obs, 'garbage', { qos: 1 })
  // A crash: nothing is shut down, only what is on disk is there.
  const crashed = createMemoryJournal(city.journal.stored())
  const second = await start({ journal: crashed })
  await (await second.connect('det-1')).publishAsync(obs, flow(1), { qos: 1 })
  await (await second.connect('det-1')).publishAsync(obs, 'garbage', { qos: 1 })
  expect(crashed.tally()).toEqual({ accepted: 0, rejected: 0, duplicate: 2 })
  // And after an orderly stop, from the snapshot alone.
  await second.ingest.close()
  const stored = crashed.stored()
  expect(stored.snapshots.get('ingest')?.offset).toBe(2)
  const third = await start({
    journal: createMemoryJournal({ ...stored, entries: stored.entries.map(withoutFingerprint) })
  })
  await (await third.connect('det-1')).publishAsync(obs, flow(1), { qos: 1 })
  expect(third.journal.tally()).toEqual({ accepted: 0, rejected: 0, duplicate: 1 })
})

const withoutFingerprint = ({ fingerprint: _, ...entry }: Entry) => entry as Entry

test('a QoS 2 publish that comes twice is counted as a repeat', async () => {
  const city = await start()
  const { port } = city.ingest
  // By hand, because a client library completes the handshake.
  const socket = connectSocket(port, '127.0.0.1')
  const bytes: number[] = []
  socket.on('data', (data) => bytes.push(...data))
  socket.write(connectPacket('det-1', 'secret-det-1'))
  await until('CONNACK', () => bytes.length >= 4)
  const publish = (dup: boolean) => socket.write(publishQoS2(obs, flow(1), dup))
  publish(false)
  await until('PUBREC', () => bytes.length >= 8)
  publish(true)
  await until('second PUBREC', () => bytes.length >= 12)
  expect(bytes.slice(4)).toEqual([0x50, 2, 0, 7, 0x50, 2, 0, 7])
  socket.destroy()
  expect(city.journal.tally()).toEqual({ accepted: 1, rejected: 0, duplicate: 1 })
})

const text = (value: string) => Buffer.from([value.length >> 8, value.length & 255, ...Buffer.from(value)])

function connectPacket(username: string, password: string): Buffer {
  const body = Buffer.concat([text('MQTT'), Buffer.from([4, 0xc2, 0, 0]), text('c'), text(username), text(password)])
  return Buffer.concat([Buffer.from([0x10, body.length]), body])
}

function publishQoS2(topic: string, payload: string, dup: boolean): Buffer {
  const body = Buffer.concat([text(topic), Buffer.from([0, 7]), Buffer.from(payload)])
  return Buffer.concat([Buffer.from([dup ? 0x3c : 0x34, body.length]), body])
}

test('a wrong topic is acknowledged, dead-lettered and throttled; the connection stays', async () => {
  const city = await start()
  const client = await city.connect('det-1')
  for (let i = 0; i < 70; i++) await client.publishAsync('city/lumen/waste/bin-1/obs', `${i}`, { qos: 1 })
  await client.publishAsync('city/lumen/traffic/det-1/cmd', 'x', { qos: 1 })
  await client.publishAsync('$SYS/x', 'x', { qos: 1 })
  expect(client.connected).toBe(true)
  const letters = ofKind(city, 'dead-letter')
  expect(letters[0]).toMatchObject({
    entity: 'det-1',
    payload: {
      code: 'wrong-topic',
      path: 'topic',
      topic: 'city/lumen/waste/bin-1/obs',
      raw: Buffer.from('0').toString('base64')
    }
  })
  expect(city.journal.tally()).toEqual({ accepted: 0, rejected: 72, duplicate: 0 })
  expect(letters.length + city.ingest.counts().throttled).toBe(72)
  expect(letters.length).toBeGreaterThanOrEqual(60)
  expect(letters.length).toBeLessThan(66)
  await client.publishAsync(obs, flow(1), { qos: 1 })
  expect(city.journal.tally().accepted).toBe(1)
})

test('a payload above 64 kB is dead-lettered by length and hash; a packet above the limit ends the connection', async () => {
  const city = await start({ limits: { maxPacketBytes: 200_000 } })
  const client = await city.connect('det-1')
  await client.publishAsync(obs, 'x'.repeat(70_000), { qos: 1 })
  const [letter] = ofKind(city, 'dead-letter')
  expect(letter?.payload).toMatchObject({ code: 'payload-too-large', size: 70_000 })
  expect(letter?.payload.raw).toBeUndefined()
  expect(letter?.payload.sha256).toMatch(/^[0-9a-f]{64}$/)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  client.publish(obs, 'x'.repeat(2_000_000), { qos: 1 })
  await closed
  await until('connection counted out', () => city.ingest.connected() === 0)
  expect(city.journal.tally().rejected).toBe(1)
})

test('of several readings each has its own fate, and the bytes are kept once', async () => {
  const city = await start()
  const client = await city.connect('unit-7')
  const readings = [
    { id: 'det-1', dateObserved: at(1), intensity: 1 },
    { id: 'det-1', dateObserved: at(2), intensity: -1 },
    { id: 'bin-1', dateObserved: at(3), fillingLevel: 0.1 },
    'no object',
    { id: 'det-9', dateObserved: at(4), intensity: 1 }
  ]
  await client.publishAsync('city/lumen/traffic/unit-7/obs', JSON.stringify(readings), { qos: 1 })
  expect(city.journal.tally()).toEqual({ accepted: 1, rejected: 4, duplicate: 0 })
  const letters = ofKind(city, 'dead-letter').map(({ payload }) => payload)
  expect(letters.map(({ code, path, index }) => [code, path, index])).toEqual([
    ['schema', '/1/intensity', 1],
    ['not-authorised', '/2/id', 2],
    ['schema', '/3', 3],
    ['unknown-entity', '/4/id', 4]
  ])
  expect(letters.map(({ raw }) => raw !== undefined)).toEqual([true, false, false, false])
})

test('birth, last will and signal states are entries but no readings', async () => {
  const city = await start()
  const topic = 'city/lumen/signal/int-1/status'
  const client = await city.connect('int-1', {
    will: { topic, payload: Buffer.from('{"status":"offline"}'), qos: 1, retain: true }
  })
  await client.publishAsync(topic, '{"status":"online","softwareVersion":"1.2"}', { qos: 1, retain: true })
  const spat = {
    dateObserved: at(1),
    revision: 1,
    mode: 'coordinated',
    stage: 0,
    stageAge: 3,
    timing: { cycle: 60, greens: [25, 25], offset: 0 },
    states: [{ signalGroup: 1, state: 'protected-Movement-Allowed' }]
  }
  await client.publishAsync('city/lumen/signal/int-1/spat', JSON.stringify(spat), { qos: 0 })
  await client.publishAsync(
    'city/lumen/signal/int-1/ack',
    JSON.stringify({ commandId: 'c-1', result: 'accepted', dateObserved: at(2) }),
    { qos: 1 }
  )
  await client.publishAsync('city/lumen/signal/int-1/ack', '{"commandId":"c-1"}', { qos: 1 })
  client.stream.destroy()
  await until('the will', () => ofKind(city, 'status').length === 2)
  expect(ofKind(city, 'status').map(({ entity, payload }) => [entity, payload])).toEqual([
    ['int-1', { status: 'online', softwareVersion: '1.2' }],
    ['int-1', { status: 'offline' }]
  ])
  expect(ofKind(city, 'spat')).toMatchObject([{ entity: 'int-1', payload: { mode: 'coordinated' } }])
  expect(ofKind(city, 'ack')).toMatchObject([{ entity: 'int-1', payload: { commandId: 'c-1', result: 'accepted' } }])
  expect(ofKind(city, 'dead-letter')).toMatchObject([{ payload: { code: 'schema', path: '/result' } }])
  expect(city.journal.tally()).toEqual({ accepted: 0, rejected: 1, duplicate: 0 })
})

test('a device that reconnects says online again: the same bytes are no repeat there', async () => {
  const city = await start()
  for (let i = 0; i < 2; i++) {
    const client = await city.connect('det-1')
    await client.publishAsync('city/lumen/traffic/det-1/status', '{"status":"online"}', { qos: 1, retain: true })
    await client.endAsync()
  }
  expect(ofKind(city, 'status')).toHaveLength(2)
})

test('only a speaker with a subscription hears a status, retained over a restart; readings reach nobody', async () => {
  const city = await start()
  const device = await city.connect('det-1')
  await device.publishAsync('city/lumen/traffic/det-1/status', '{"status":"online"}', { qos: 1, retain: true })
  await device.publishAsync(obs, flow(1), { qos: 1, retain: true })
  const second = await start({ journal: createMemoryJournal(city.journal.stored()) })
  for (const each of [city, second]) {
    const watcher = await each.connect('watch')
    const heard: string[] = []
    watcher.on('message', (topic, payload) => heard.push(`${topic} ${payload}`))
    const granted = await watcher
      .subscribeAsync(['city/lumen/+/+/status', 'city/#', obs], { qos: 1 })
      .catch((error: Error) => error)
    expect(granted).toBeInstanceOf(Error)
    await until('the retained status', () => heard.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(heard).toEqual(['city/lumen/traffic/det-1/status {"status":"online"}'])
  }
})

test('a device hears its own commands and nobody else’s, in sessions too', async () => {
  const city = await start()
  const heard: string[] = []
  const session = { clientId: 'same', clean: false }
  const thief = await city.connect('det-1', session)
  await thief
    .subscribeAsync(['city/lumen/signal/int-1/cmd', 'city/lumen/traffic/det-1/cmd'], { qos: 1 })
    .catch(() => {})
  await thief.endAsync()
  const controller = await city.connect('int-1', session)
  controller.on('message', (topic, payload) => heard.push(`int-1: ${topic} ${payload}`))
  expect(await city.ingest.outlet.send('int-1', 'too early')).toBe(false)
  await controller.subscribeAsync('city/lumen/signal/int-1/cmd', { qos: 1 })
  expect(await city.ingest.outlet.send('int-1', 'go')).toBe(true)
  await until('the command', () => heard.length > 0)
  const back = await city.connect('det-1', session)
  back.on('message', (topic) => heard.push(`det-1: ${topic}`))
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(heard).toEqual(['int-1: city/lumen/signal/int-1/cmd go'])
  expect(await city.ingest.outlet.send('bin-1', 'nobody')).toBe(false)
  // The same client id of two devices: neither has pushed the other out.
  expect(controller.connected && back.connected).toBe(true)
})

test('disconnect ends all connections of a device, and of no other', async () => {
  const city = await start()
  const [one, two, other] = [await city.connect('det-1'), await city.connect('det-1'), await city.connect('bin-1')]
  await until('three connections', () => city.ingest.connected() === 3)
  city.ingest.disconnect('det-1')
  await until('one connection', () => city.ingest.connected() === 1)
  await until('both told', () => !one.connected && !two.connected)
  expect(other.connected).toBe(true)
})

test('above the bound of connections of one credential the oldest makes room', async () => {
  const city = await start({ limits: { maxConnectionsPerSpeaker: 2 } })
  const clients = [await city.connect('det-1'), await city.connect('det-1'), await city.connect('det-1')]
  await until('two connections', () => city.ingest.connected() === 2)
  await until('the oldest gone', () => clients[0]?.connected === false)
  expect(clients.slice(1).map((client) => client.connected)).toEqual([true, true])
})

test('with too much under way no more is read, and everything gets through all the same', async () => {
  const city = await start({ limits: { maxMessagesUnderWay: 20 } })
  const [first, second] = [await city.connect('det-1'), await city.connect('det-1')]
  city.journal.hold()
  const publish = (client: typeof first, from: number, count: number) =>
    Array.from({ length: count }, (_, i) => client.publishAsync(obs, flow(i, from + i), { qos: 1 }))
  const published = publish(first, 0, 30)
  await until('the first client’s messages', () => city.journal.offered === 30)
  published.push(...publish(second, 1_000, 300), ...publish(first, 2_000, 300))
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(city.journal.offered).toBe(30)
  city.journal.release()
  await Promise.all(published)
  expect(city.journal.tally()).toEqual({ accepted: 630, rejected: 0, duplicate: 0 })
})

test('the port that is taken is an error that says so', async () => {
  const city = await start()
  await expect(startIngestOn(city.ingest.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

async function startIngestOn(port: number) {
  const { createIngest } = await import('./create-ingest.ts')
  const { createDirectory } = await import('./directory/directory.ts')
  const { systemClock } = await import('@city-brain/model')
  return createIngest({
    journal: createMemoryJournal(),
    clock: systemClock,
    directory: createDirectory({ register: {}, assets: { type: 'FeatureCollection', features: [] } }),
    feeds: [],
    checkCredentials: () => false,
    host: '127.0.0.1',
    port,
    log: () => {}
  })
}

test('an MQTT 5 client is told that its version is not spoken', async () => {
  const city = await start()
  await expect(
    mqtt.connectAsync(`mqtt://127.0.0.1:${city.ingest.port}`, {
      protocolVersion: 5,
      username: 'det-1',
      password: 'secret-det-1',
      reconnectPeriod: 0
    })
  ).rejects.toThrow()
})
