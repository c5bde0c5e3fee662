import mqtt from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { waitFor } from '../city/start-city.ts'
import { findProgram } from '../programs/find-program.ts'
import { type Publisher, startPublisher } from './publisher.ts'
import { type Mosquitto, startMosquitto } from './start-mosquitto.ts'
import { devices, obs, reading, startUpstreamCity, type UpstreamCity } from './start-upstream-city.ts'

const program = findProgram('mosquitto')

describe.skipIf(program === undefined)('behind an external broker', () => {
  let mosquitto: Mosquitto
  let publisher: Publisher
  const cities: UpstreamCity[] = []

  beforeEach(async () => {
    mosquitto = await startMosquitto(program as string)
    publisher = await startPublisher(mosquitto.url)
  })
  afterEach(async () => {
    for (const city of cities.splice(0)) await city.stop()
    await publisher.end()
    await mosquitto.remove()
  })
  /** Starts the broker anew, with other settings. */
  const replaceBroker = async (lines: string[]) => {
    await publisher.end()
    await mosquitto.remove()
    mosquitto = await startMosquitto(program as string, ['allow_anonymous true', ...lines])
    publisher = await startPublisher(mosquitto.url)
  }
  const start = async (given: Omit<Parameters<typeof startUpstreamCity>[0], 'external'> = {}) => {
    const city = await startUpstreamCity({ external: { url: mosquitto.url }, ...given })
    cities.push(city)
    await city.connected()
    return city
  }
  const intensities = async (city: UpstreamCity) =>
    (await city.entries('reading')).map(({ payload }) => payload.values.intensity)

  /** A stranger with the city's client id takes its session over, and tells what the broker still has to deliver. */
  const takeOver = async (messages: number) => {
    const stranger = mqtt.connect(mosquitto.url, { clientId: 'city-brain-test', clean: false, reconnectPeriod: 0 })
    const seen: { payload: string; dup: boolean }[] = []
    // It never calls back, so it acknowledges nothing, but the packets come all the same.
    stranger.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') seen.push({ payload: packet.payload.toString(), dup: packet.dup })
    })
    stranger.handleMessage = (_packet, done) => done(new Error('not acknowledged'))
    await waitFor(() => seen.length >= messages, 5_000).catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await stranger.endAsync(true)
    return seen
  }

  test('every reading arrives once, and the counters add up', async () => {
    const city = await start()
    const sent = Array.from({ length: 2_000 }, reading)
    sent.forEach((payload, i) => {
      publisher.publish(obs(devices[i % devices.length] as string), payload)
    })
    await publisher.settled()
    await waitFor(() => city.journal.tally().accepted === 2_000, 20_000)
    expect((await intensities(city)).length).toBe(2_000)
    expect(new Set(await intensities(city)).size).toBe(2_000)
    expect(city.journal.tally()).toEqual({ accepted: 2_000, rejected: 0, duplicate: 0 })
    expect(city.ingest.upstreams()).toMatchObject([{ state: 'connected', received: 2_000, withoutPromise: 0 }])
    expect(city.ingest.port).toBe(0)
  })

  test('while the journal is held back nothing is acknowledged; the broker has it all, and what comes again is a repeat', async () => {
    const city = await start()
    city.hold()
    const sent = Array.from({ length: 50 }, reading)
    for (const payload of sent) publisher.publish(obs('det-1'), payload)
    await publisher.settled()
    // They overlap: all of them are under way, though the first is not acknowledged.
    await waitFor(() => city.ingest.upstreams()[0]?.received === 50, 5_000)
    const undelivered = await takeOver(50)
    expect(undelivered.map(({ payload }) => payload).sort()).toEqual([...sent].sort())
    expect(undelivered.every(({ dup }) => dup)).toBe(true)
    city.release()
    await city.connected()
    await waitFor(() => city.journal.tally().duplicate === 50, 10_000)
    expect(await intensities(city)).toHaveLength(50)
    expect(city.journal.tally()).toEqual({ accepted: 50, rejected: 0, duplicate: 50 })
    // Now they are acknowledged: the broker has nothing left.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await takeOver(1)).toEqual([])
  })

  test('what could not be stored is not acknowledged, and is stored when it comes again', async () => {
    const city = await start()
    city.failNext()
    const sent = Array.from({ length: 20 }, reading)
    for (const payload of sent) publisher.publish(obs('det-1'), payload)
    await waitFor(() => city.journal.tally().accepted === 20, 10_000)
    expect(new Set(await intensities(city)).size).toBe(20)
    expect(await intensities(city)).toHaveLength(20)
    expect(city.logged.join('\n')).toContain('a message could not be stored, and must be sent again')
    await city.connected()
  })

  test('with too much under way no more is read, and everything gets through all the same', async () => {
    const city = await start({ limits: { maxMessagesUnderWay: 100 } })
    city.hold()
    for (let i = 0; i < 3_000; i++) publisher.publish(obs(devices[i % devices.length] as string), reading())
    await publisher.settled()
    await new Promise((resolve) => setTimeout(resolve, 300))
    // One more than the bound may be on its way when the gate shuts.
    expect(city.ingest.upstreams()[0]?.received).toBeLessThanOrEqual(101)
    city.release()
    await waitFor(() => city.journal.tally().accepted === 3_000, 20_000)
    expect(city.journal.tally()).toEqual({ accepted: 3_000, rejected: 0, duplicate: 0 })
  })

  test('of a broker that sends more at once, no more is taken unacknowledged than is remembered of one speaker', async () => {
    const city = await start()
    city.hold()
    for (let i = 0; i < 3_000; i++) publisher.publish(obs('det-1'), reading())
    await publisher.settled()
    await waitFor(() => (city.ingest.upstreams()[0]?.received ?? 0) >= 1_000, 5_000)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(city.ingest.upstreams()[0]?.received).toBe(1_000)
    city.release()
    await waitFor(() => city.journal.tally().accepted === 3_000, 20_000)
  })

  test('a thousand in flight of one speaker, all of them sent again: nothing is stored twice', async () => {
    await replaceBroker(['max_inflight_messages 1000'])
    const city = await start()
    city.hold()
    for (let i = 0; i < 3_000; i++) publisher.publish(obs('det-1'), reading())
    await publisher.settled()
    await waitFor(() => city.ingest.upstreams()[0]?.received === 1_000, 5_000)
    await takeOver(1_000)
    city.release()
    await city.connected()
    await waitFor(() => city.journal.tally().accepted >= 3_000, 20_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(new Set(await intensities(city)).size).toBe(3_000)
    expect(city.journal.tally()).toEqual({ accepted: 3_000, rejected: 0, duplicate: 1_000 })
  })

  test('QoS 0 is stored as well, and counted as without a promise', async () => {
    const city = await start()
    await publisher.client.publishAsync(obs('det-1'), reading(), { qos: 0 })
    await waitFor(() => city.journal.tally().accepted === 1, 5_000)
    expect(city.ingest.upstreams()).toMatchObject([{ received: 1, withoutPromise: 1 }])
  })

  test('what belongs to nobody is a dead letter of the broker; nothing of it is a reading', async () => {
    const city = await start()
    publisher.publish('city/centre/traffic/stranger/obs', reading())
    publisher.publish('city/elsewhere/traffic/det-1/obs', reading())
    publisher.publish('city/centre/waste/det-1/obs', reading())
    for (let i = 0; i < 100; i++) publisher.publish('city/centre/traffic/stranger/obs', reading())
    await waitFor(() => city.journal.tally().rejected === 103, 5_000)
    const letters = await city.entries('dead-letter')
    expect(letters.slice(0, 3)).toMatchObject([
      { source: 'external-broker', payload: { code: 'wrong-topic', topic: 'city/centre/traffic/stranger/obs' } },
      { source: 'external-broker', payload: { code: 'wrong-topic', topic: 'city/elsewhere/traffic/det-1/obs' } },
      { source: 'external-broker', payload: { code: 'wrong-topic', topic: 'city/centre/waste/det-1/obs' } }
    ])
    // Throttled: sixty at once, then one a second.
    expect(letters.length).toBeLessThan(65)
    expect(await city.entries('reading')).toEqual([])
    expect(city.ingest.counts().throttled).toBeGreaterThan(35)
  })

  test("a gateway's topics at the external broker are the gateway's", async () => {
    const city = await start()
    const { type, ...values } = { type: 'TrafficFlowObserved', ...JSON.parse(reading()) }
    publisher.publish('lorawan/7/up', JSON.stringify({ id: 'det-2', type, ...values }))
    await waitFor(() => city.journal.tally().accepted === 1, 5_000)
    expect(await city.entries('reading')).toMatchObject([{ entity: 'det-2', source: 'lora' }])
  })

  test('a retained status is news once; after a reconnect only a change is', async () => {
    const topic = 'city/centre/traffic/det-1/status'
    const say = (status: string) =>
      publisher.client.publishAsync(topic, JSON.stringify({ status }), { qos: 1, retain: true })
    await say('online')
    const city = await start()
    const statuses = async () => (await city.entries('status')).map(({ payload }) => payload.status)
    await waitFor(async () => (await statuses()).length === 1, 5_000)
    expect(city.ingest.connected()).toBe(1)
    const reconnect = async () => {
      const before = city.ingest.upstreams()[0]?.received ?? 0
      await takeOver(0)
      await city.connected()
      await waitFor(() => (city.ingest.upstreams()[0]?.received ?? 0) > before, 5_000)
    }
    await reconnect()
    expect(city.ingest.counts().repeats).toBe(1)
    await say('offline')
    await waitFor(async () => (await statuses()).length === 2, 5_000)
    await reconnect()
    expect(city.ingest.counts().repeats).toBe(2)
    expect(await statuses()).toEqual(['online', 'offline'])
    expect(city.ingest.connected()).toBe(0)
  })

  test('commands go out with QoS 1; to a device that said it is offline nothing is sent, and away is away', async () => {
    const city = await start()
    const heard: string[] = []
    const controller = await mqtt.connectAsync(mosquitto.url)
    controller.on('message', (_topic, payload, packet) => heard.push(`${packet.qos} ${payload}`))
    await controller.subscribeAsync('city/centre/signal/int-1/cmd', { qos: 1 })
    expect(await city.ingest.outlet.send('int-1', '{"n":1}')).toBe(true)
    await waitFor(() => heard.length === 1, 5_000)
    expect(heard).toEqual(['1 {"n":1}'])
    publisher.publish('city/centre/signal/int-1/status', JSON.stringify({ status: 'offline' }))
    await waitFor(async () => (await city.entries('status')).length === 1, 5_000)
    expect(await city.ingest.outlet.send('int-1', '{"n":2}')).toBe(false)
    publisher.publish('city/centre/signal/int-1/status', JSON.stringify({ status: 'online' }))
    await waitFor(async () => (await city.entries('status')).length === 2, 5_000)
    await mosquitto.kill()
    await waitFor(() => city.ingest.upstreams()[0]?.state === 'away', 5_000)
    expect(await city.ingest.outlet.send('int-1', '{"n":3}')).toBe(false)
    await mosquitto.start()
    await city.connected()
    // It was not kept to be sent behind our back.
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(heard).toHaveLength(1)
    await controller.endAsync(true)
  })
})

describe.skipIf(program === undefined)('a gateway with a broker of its own', () => {
  test('is heard beside the embedded broker, acknowledged after the journal, and away without harm', async () => {
    const mosquitto = await startMosquitto(program as string)
    const publisher = await startPublisher(mosquitto.url)
    const city = await startUpstreamCity({ gatewayBroker: { url: mosquitto.url } })
    try {
      await city.connected()
      expect(city.ingest.port).toBeGreaterThan(0)
      const uplink = () => JSON.stringify({ id: 'det-2', type: 'TrafficFlowObserved', ...JSON.parse(reading()) })
      publisher.publish('lorawan/7/up', uplink())
      // Devices' topics of that broker are not subscribed to.
      publisher.publish(obs('det-1'), reading())
      const device = await startPublisher(`mqtt://127.0.0.1:${city.ingest.port}`, {
        username: 'det-1',
        password: 'secret-det-1'
      })
      device.publish(obs('det-1'), reading())
      await device.settled()
      await waitFor(() => city.journal.tally().accepted === 2, 5_000)
      const sources = (await city.entries('reading')).map(({ entity, source }) => `${entity} by ${source}`)
      expect(sources.sort()).toEqual(['det-1 by det-1', 'det-2 by lora'])

      await mosquitto.stop()
      await waitFor(() => city.ingest.upstreams()[0]?.state === 'away', 5_000)
      expect(city.ingest.upstreams()).toMatchObject([{ name: 'lora', message: expect.any(String) }])
      device.publish(obs('det-1'), reading())
      await device.settled()
      await mosquitto.start()
      await city.connected()
      publisher.publish('lorawan/7/up', uplink())
      await waitFor(() => city.journal.tally().accepted === 4, 10_000)
      await device.end()
    } finally {
      await publisher.end()
      await city.stop()
      await mosquitto.remove()
    }
  })
})
