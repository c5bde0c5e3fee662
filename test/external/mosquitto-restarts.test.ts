import { afterEach, describe, expect, test } from 'vitest'
import { temporaryFolder, waitFor } from '../city/start-city.ts'
import { findProgram } from '../programs/find-program.ts'
import { type Publisher, startPublisher } from './publisher.ts'
import { type Mosquitto, startMosquitto } from './start-mosquitto.ts'
import { devices, obs, reading, startUpstreamCity, type UpstreamCity } from './start-upstream-city.ts'

const program = findProgram('mosquitto')
const anonymous = 'allow_anonymous true'

describe.skipIf(program === undefined)('when mosquitto is restarted or full', () => {
  const ends: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  const startBroker = async (lines: string[]) => {
    const mosquitto = await startMosquitto(program as string, lines)
    ends.push(() => mosquitto.remove())
    return mosquitto
  }
  const startCity = async (given: Parameters<typeof startUpstreamCity>[0]) => {
    const city = await startUpstreamCity(given)
    ends.push(() => city.stop())
    await city.connected()
    return city
  }
  const connectPublisher = async (mosquitto: Mosquitto, device: string) => {
    const publisher = await startPublisher(mosquitto.url, { clientId: device, clean: false })
    ends.push(() => publisher.end())
    return publisher
  }

  /** About a thousand a second in all, until told to end. */
  const load = (publishers: readonly Publisher[]) => {
    const timer = setInterval(() => {
      publishers.forEach((publisher, i) => {
        for (let n = 0; n < 5; n++) publisher.publish(obs(devices[i] as string), reading())
      })
    }, 20)
    return () => clearInterval(timer)
  }
  const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

  /** How often each payload is in the journal. */
  const foundIn = async (city: UpstreamCity) => {
    const found = new Map<number, number>()
    for (const { payload } of await city.entries('reading')) {
      const intensity = payload.values.intensity as number
      found.set(intensity, (found.get(intensity) ?? 0) + 1)
    }
    return found
  }
  const compare = async (city: UpstreamCity, publishers: readonly Publisher[]) => {
    const found = await foundIn(city)
    const acknowledged = publishers.flatMap((publisher) =>
      [...publisher.acknowledged].map((payload) => JSON.parse(payload).intensity as number)
    )
    return {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((intensity) => !found.has(intensity)).length,
      doubled: [...found.values()].filter((times) => times > 1).length
    }
  }
  /** All that the broker delivered has its fate. */
  const isSettled = async (city: UpstreamCity) => {
    let before = -1
    await waitFor(
      async () => {
        const { accepted, rejected, duplicate } = city.journal.tally()
        const counted = accepted + rejected + duplicate
        const is = counted === before && counted === city.ingest.upstreams()[0]?.received
        before = counted
        return is
      },
      30_000,
      500
    )
  }

  test('asked to end and started again three times under load: all that it acknowledged is in the journal once', async () => {
    const mosquitto = await startBroker([anonymous])
    const city = await startCity({ external: { url: mosquitto.url } })
    const publishers = await Promise.all(devices.map((device) => connectPublisher(mosquitto, device)))
    const stopLoad = load(publishers)
    for (let i = 0; i < 3; i++) {
      await wait(700)
      await mosquitto.stop()
      await wait(200)
      await mosquitto.start()
    }
    await wait(1_000)
    stopLoad()
    await Promise.all(publishers.map((publisher) => publisher.settled()))
    await isSettled(city)
    const result = await compare(city, publishers)
    expect(result).toMatchObject({ lost: 0, doubled: 0 })
    expect(result.acknowledged).toBeGreaterThan(1_000)
  })

  test('kill -9 three times under load: all that it delivered is in the journal, nothing twice, and it goes on', async () => {
    // Saved each second, so that the city's session outlives it; what came since is mosquitto's to lose.
    const mosquitto = await startBroker([anonymous, 'autosave_interval 1'])
    const city = await startCity({ external: { url: mosquitto.url } })
    const publishers = await Promise.all(devices.map((device) => connectPublisher(mosquitto, device)))
    await wait(1_500)
    const stopLoad = load(publishers)
    for (let i = 0; i < 3; i++) {
      await wait(900)
      await mosquitto.kill()
      await wait(200)
      await mosquitto.start()
    }
    await city.connected()
    await Promise.all(publishers.map(({ client }) => waitFor(() => client.connected, 10_000)))
    stopLoad()
    await Promise.all(publishers.map((publisher) => publisher.settled()))
    for (const { acknowledged } of publishers) acknowledged.clear()
    publishers.forEach((publisher, i) => {
      for (let n = 0; n < 50; n++) publisher.publish(obs(devices[i] as string), reading())
    })
    await Promise.all(publishers.map((publisher) => publisher.settled()))
    await isSettled(city)
    const result = await compare(city, publishers)
    expect(result).toEqual({ acknowledged: 200, lost: 0, doubled: 0 })
    const { accepted, duplicate } = city.journal.tally()
    expect(accepted + duplicate).toBe(city.ingest.upstreams()[0]?.received)
    expect((await foundIn(city)).size).toBe(accepted)
  })

  test('full while the city is away: it drops the newest before the city sees them; what it kept arrives once', async () => {
    const mosquitto = await startBroker([anonymous, 'max_inflight_messages 20', 'max_queued_messages 100'])
    const data = temporaryFolder()
    ends.push(async () => data.remove())
    const keep = { path: data.path, remove: () => undefined }
    const external = { url: mosquitto.url }
    const before = await startUpstreamCity({ external, data: keep })
    await before.connected()
    await before.stop()
    const publisher = await connectPublisher(mosquitto, 'det-1')
    const sent = Array.from({ length: 300 }, reading)
    for (const payload of sent) publisher.publish(obs('det-1'), payload)
    await publisher.settled()
    // The device was told that all is well.
    expect(publisher.acknowledged.size).toBe(300)
    const city = await startCity({ external, data: keep })
    await waitFor(() => city.journal.tally().accepted >= 100, 10_000)
    await isSettled(city)
    const found = [...(await foundIn(city))]
    const oldest = sent.slice(0, found.length).map((payload) => JSON.parse(payload).intensity)
    expect(found).toEqual(oldest.map((intensity) => [intensity, 1]))
    expect(found.length).toBeGreaterThanOrEqual(100)
    expect(found.length).toBeLessThanOrEqual(120)
  })
})
