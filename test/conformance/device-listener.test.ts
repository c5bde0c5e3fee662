import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../city/start-city.ts'
import * as packets from './packets.ts'
import { type Brokers, startBrokers } from './start-brokers.ts'

/** What devices and gateways rely on, at the port that they use. */
let city: Brokers
beforeAll(async () => {
  city = await startBrokers({ limits: { maxRetainedBytes: 260, maxSubscriptions: 3 } })
})
afterAll(() => city.stop())

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const statusOf = (device: string) => `city/centre/waste/${device}/status`
const offline = '{"status":"offline"}'
const will = (device: string) => ({ topic: statusOf(device), payload: offline, qos: 1 as const, retain: true })
const statuses = 'city/centre/+/+/status'
let level = 0
/** No two alike. */
const reading = () =>
  `{"id":"bin-1","type":"WasteContainer","dateObserved":"2026-05-04T08:00:00Z","batteryLevel":0.5,"fillingLevel":${++level / 1000}}`

test('who connects with a client id that is in use takes the session over, and the will of the other is published', async () => {
  const watch = await city.connect('watch')
  await watch.subscribe([statuses, 1])
  const first = await city.connect('bin-1', { clientId: 'main', will: will('bin-1') })
  const second = await city.connect('bin-1', { clientId: 'main', will: will('bin-1') })
  await first.closed()
  await watch.until('the will', () => watch.publications().length === 1)
  expect(watch.publications()).toMatchObject([{ topic: statusOf('bin-1'), payload: offline, qos: 1, retain: false }])
  // Nobody takes over the session of another name by its client id.
  const other = await city.connect('bin-2', { clientId: 'main' })
  await pause(100)
  expect([second.isClosed, other.isClosed]).toEqual([false, false])

  // A proper goodbye discards the will; another end publishes it. All of them are in the journal.
  await second.disconnect()
  const third = await city.connect('bin-1', { clientId: 'main', will: will('bin-1') })
  third.socket.resetAndDestroy()
  await watch.until('the second will', () => watch.publications().length === 2)
  await pause(100)
  expect(watch.publications()).toHaveLength(2)
  expect((await city.entries('status')).map(({ source, payload }) => [source, payload.status])).toEqual([
    ['bin-1', 'offline'],
    ['bin-1', 'offline']
  ])
  await Promise.all([other.disconnect(), watch.disconnect()])
})

test('the will of a device that falls silent, or that sends nonsense, is published and retained', async () => {
  const count = async () => (await city.entries('status')).length
  const before = await count()
  const silent = await city.connect('bin-2', { clientId: 'silent', keepalive: 1, will: will('bin-2') })
  await silent.closed()
  await waitFor(async () => (await count()) > before, 5_000)
  const watch = await city.connect('watch')
  await watch.subscribe([statuses, 1])
  const retained = await watch.until('the retained will', () =>
    watch.publications().find(({ topic }) => topic === statusOf('bin-2'))
  )
  expect(retained).toMatchObject({ payload: offline, qos: 1, retain: true })
  const nonsense = await city.connect('bin-2', { clientId: 'nonsense', will: will('bin-2') })
  const heard = watch.publications().length
  nonsense.send(Buffer.from([0xf0, 0]))
  await watch.until('the will', () => watch.publications().length > heard)
  expect(watch.publications().at(-1)).toMatchObject({ topic: statusOf('bin-2'), payload: offline, retain: false })
  await watch.disconnect()
})

test('a gateway with a session to keep gets what was said while it was away, in order, once acknowledged never again', async () => {
  const keep = { clientId: 'keeper', clean: false }
  const watch = await city.connect('watch', keep)
  expect(await watch.subscribe(['relay/#', 1], ['relay/+', 2])).toEqual([1, 2])
  await watch.disconnect()
  const relay = await city.connect('relay')
  const said: string[] = []
  for (let id = 1; id <= 20; id++) {
    said.push(reading())
    relay.send(packets.publish('relay/a', said.at(-1) ?? '', { qos: 1, id }))
    await relay.next('puback')
  }
  const silent = city.open()
  silent.answers = false
  const back = await silent.connect({ username: 'watch', password: 'secret-watch', ...keep })
  expect(back).toEqual({ returnCode: 0, sessionPresent: true })
  await silent.until('all of them', () => silent.publications().length === 20)
  expect(silent.publications().map(({ payload }) => payload)).toEqual(said)
  expect(new Set(silent.publications().map(({ id }) => id)).size).toBe(20)
  expect(silent.publications().every(({ dup, qos }) => !dup && qos === 1)).toBe(true)
  // The first ten are acknowledged, then the connection breaks, and one more is said meanwhile.
  silent.send(
    ...silent
      .publications()
      .slice(0, 10)
      .map(({ id = 0 }) => packets.puback(id))
  )
  await pause(100)
  silent.socket.destroy()
  said.push(reading())
  relay.send(packets.publish('relay/a', said.at(-1) ?? '', { qos: 1, id: 21 }))
  await relay.next('puback')

  const again = await city.connect('watch', keep)
  await again.until('what is left', () => again.publications().length === 11)
  expect(again.publications().map(({ payload, dup }) => [payload, dup])).toEqual(
    said.slice(10).map((payload, i) => [payload, i < 10])
  )
  // What is said from here on bears no packet id that is still in use.
  await pause(100)
  await again.disconnect()
  const third = await city.connect('watch', keep)
  await pause(100)
  expect(third.publications()).toEqual([])
  await third.disconnect()
  const anew = city.open()
  expect((await anew.connect({ username: 'watch', password: 'secret-watch', clientId: 'keeper' })).sessionPresent).toBe(
    false
  )
  await Promise.all([anew.disconnect(), relay.disconnect()])
})

test('QoS 2 to a subscriber: after its PUBREC only the PUBREL comes again', async () => {
  const keep = { clientId: 'exactly-once', clean: false }
  const watch = await city.connect('watch', keep)
  await watch.subscribe(['relay/#', 2])
  watch.answers = false
  const relay = await city.connect('relay')
  relay.send(packets.publish('relay/b', reading(), { qos: 2, id: 1 }))
  await relay.next('pubcomp')
  const { id = 0 } = await watch.until('the message', () => watch.publications()[0])
  watch.send(packets.pubrec(id))
  await watch.next('pubrel')
  watch.socket.destroy()

  const back = await city.connect('watch', keep)
  expect((await back.next('pubrel')).body.readUInt16BE(0)).toBe(id)
  await pause(100)
  expect(back.publications()).toEqual([])
  await Promise.all([back.disconnect(), relay.disconnect()])
  await (await city.connect('watch', { clientId: 'exactly-once' })).disconnect()
})

test('QoS 0 that overtakes QoS 1 makes neither a repeat', async () => {
  const watch = await city.connect('watch')
  await watch.subscribe(['relay/#', 1])
  const relay = await city.connect('relay')
  const said = Array.from({ length: 200 }, reading)
  relay.send(...said.map((payload, i) => packets.publish('relay/c', payload, i % 2 ? {} : { qos: 1, id: i + 1 })))
  await watch.until('all of them', () => watch.publications().length === 200)
  expect(new Set(watch.publications().map(({ payload }) => payload))).toEqual(new Set(said))
  await Promise.all([watch.disconnect(), relay.disconnect()])
})

test('a message is lowered to the QoS that its filter was granted, also where the filter has a wildcard', async () => {
  const [zero, one] = [
    await city.connect('watch', { clientId: 'zero' }),
    await city.connect('watch', { clientId: 'one' })
  ]
  await zero.subscribe(['relay/+', 0])
  await one.subscribe(['relay/d', 0], ['relay/#', 1])
  const relay = await city.connect('relay')
  relay.send(packets.publish('relay/d', reading(), { qos: 2, id: 1 }))
  await relay.next('pubcomp')
  await zero.until('the message', () => zero.publications().length === 1)
  await one.until('the message', () => one.publications().length === 1)
  await pause(50)
  expect([zero, one].map((client) => client.publications().map(({ qos }) => qos))).toEqual([[0], [1]])
  await Promise.all([zero.disconnect(), one.disconnect(), relay.disconnect()])
})

test('without a client id: 2 where the session is to be kept; what a device may not hear is refused in the SUBACK', async () => {
  const nameless = city.open()
  const credentials = { username: 'bin-1', password: 'secret-bin-1' }
  expect((await nameless.connect({ ...credentials, clean: false })).returnCode).toBe(2)
  await nameless.closed()
  const device = await city.connect('bin-1')
  expect(
    await device.subscribe(
      ['city/centre/waste/bin-1/cmd', 1],
      ['#', 0],
      ['city/centre/waste/bin-2/cmd', 1],
      ['$SYS/#', 0]
    )
  ).toEqual([1, 0x80, 0x80, 0x80])
  device.send(packets.unsubscribe(9, 'city/centre/waste/bin-1/cmd', 'never'))
  expect((await device.next('unsuback')).body.readUInt16BE(0)).toBe(9)
  device.send(packets.pingreq)
  await device.next('pingresp')
  await device.disconnect()
  const watch = await city.connect('watch')
  expect(await watch.subscribe(['relay/1', 0], ['relay/2', 0], ['relay/3', 0], ['relay/4', 0])).toEqual([0, 0, 0, 0x80])
  await watch.disconnect()
})

test('topics that begin with $ are nobody’s: acknowledged, dead-lettered, heard by none', async () => {
  const device = await city.connect('bin-1')
  const bystander = await city.connect('bin-2', { clientId: 'main' })
  device.send(
    packets.publish('$SYS/broker/new/clients', 'bin-2/main', { qos: 1, id: 1 }),
    packets.publish('$share/x', '1', { qos: 1, id: 2 })
  )
  await device.next('puback')
  await device.next('puback')
  const letters = await city.entries('dead-letter')
  expect(letters.slice(-2).map(({ payload }) => [payload.code, payload.topic])).toEqual([
    ['wrong-topic', '$SYS/broker/new/clients'],
    ['wrong-topic', '$share/x']
  ])
  await pause(100)
  expect(bystander.isClosed).toBe(false)
  await Promise.all([device.disconnect(), bystander.disconnect()])
})

test('retained messages are kept within their bound; what is too much is told, and what was there stays', async () => {
  const [one, two] = [await city.connect('bin-1'), await city.connect('bin-2')]
  const send = async (client: typeof one, device: string, version: string) => {
    const payload = `{"status":"online","softwareVersion":"${version}"}`
    client.send(packets.publish(statusOf(device), payload, { qos: 1, id: 1, retain: true }))
    await client.next('puback')
    return payload
  }
  const kept = await send(one, 'bin-1', 'x'.repeat(60))
  const fits = await send(two, 'bin-2', 'y'.repeat(60))
  await send(two, 'bin-2', 'z'.repeat(64))
  await pause(100)
  const watch = await city.connect('watch')
  await watch.subscribe([statuses, 1])
  await watch.until('both', () => watch.publications().length === 2)
  const payloads = watch.publications().map(({ payload }) => payload)
  expect(payloads).toContain(kept)
  expect(city.logged.some((line) => line.includes('no room'))).toBe(
    !payloads.some((payload) => payload.includes('zzz'))
  )
  expect(fits).toBeDefined()
  await Promise.all([one, two, watch].map((client) => client.disconnect()))
})
