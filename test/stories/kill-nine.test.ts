import { join } from 'node:path'
import type { DeadLettersAnswer, HistoryWireAnswer } from '@city-brain/model'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, expect, test } from 'vitest'
import { deviceSecret } from '../city/device-secret.ts'
import { signInFirst } from '../city/operator-session.ts'
import { descendants, isRunning } from '../city/processes.ts'
import { startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())

const detectors = 6
/** Readings a second, of all devices together. */
const rate = 1_500

/** A device that publishes as fast as it is told, one in fifty payloads broken, and remembers what was acknowledged. */
function createDevice(client: MqttClient, entity: string, device: string) {
  const acknowledged = { readings: new Set<number>(), broken: new Set<string>() }
  let published = 0
  let inflight = 0
  let newest = 0
  const publish = () => {
    if (inflight >= 500) return
    const n = published++
    newest = Math.max(Date.now(), newest + 1)
    const at = newest
    const broken = n % 50 === 49
    const payload = broken
      ? `{"broken":"${device}-${n}"`
      : JSON.stringify({ id: entity, dateObserved: new Date(at).toISOString(), intensity: n, occupancy: 0.25 })
    inflight++
    client.publish(`city/centre/traffic/${device}/obs`, payload, { qos: 1 }, (error) => {
      inflight--
      if (error) return
      if (broken) acknowledged.broken.add(`${device}-${n}`)
      else acknowledged.readings.add(at)
    })
  }
  return { entity, acknowledged, publish, inflight: () => inflight, published: () => published }
}

test('five times kill -9 under load: what was acknowledged is there once, and nothing else is left running', async () => {
  writeSmallCity(join(folder.path, 'city'), detectors)
  const options = { city: join(folder.path, 'city'), data: join(folder.path, 'data') }
  let city = await startCity(options)
  const first = await signInFirst(city)
  const { mqttPort } = city
  const devices = await Promise.all(
    Array.from({ length: detectors }, async (_, i) => {
      const device = `cab-${i + 1}`
      const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
        username: device,
        password: await deviceSecret(city.data, device),
        clientId: device,
        reconnectPeriod: 200
      })
      client.on('error', () => undefined)
      return { client, ...createDevice(client, `det-${i + 1}`, device) }
    })
  )
  const load = setInterval(() => {
    for (let i = 0; i < (rate / detectors) * 0.02; i++) for (const device of devices) device.publish()
  }, 20)
  try {
    for (let round = 0; round < 5; round++) {
      await new Promise((wake) => setTimeout(wake, 1_500 + Math.random() * 2_000))
      const pid = city.process.pid as number
      const started = descendants(pid)
      await city.kill()
      await waitFor(() => ![pid, ...started].some(isRunning), 5_000)
      city = await startCity({ ...options, mqttPort })
    }
    await new Promise((wake) => setTimeout(wake, 1_000))
  } finally {
    clearInterval(load)
  }
  await waitFor(() => devices.every((device) => device.inflight() === 0), 60_000)
  await waitFor(async () => (await city.health()).counters.pending === 0, 60_000)

  // The session ended with the process that issued it or goes on: sign in anew, as a person would.
  const signIn = await fetch(`${city.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: city.url },
    body: JSON.stringify({ name: first.name, password: first.password })
  })
  const cookie = signIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const get = async <T>(path: string) =>
    (await (await fetch(`${city.url}${path}`, { headers: { cookie } })).json()) as T

  let acknowledged = 0
  for (const { entity, acknowledged: own } of devices) {
    const span = `from=${new Date(Date.now() - 3_600_000).toISOString()}&to=${new Date(Date.now() + 600_000).toISOString()}`
    const answer = await get<HistoryWireAnswer>(`/api/entities/${entity}/history?${span}&limit=10000`)
    if (answer.kind !== 'raw') throw new Error('asked for raw points')
    expect(answer.truncated).toBe(false)
    const found = answer.points.map(({ dateObserved }) => Date.parse(dateObserved))
    expect(new Set(found).size, 'none twice').toBe(found.length)
    const there = new Set(found)
    expect(
      [...own.readings].filter((at) => !there.has(at)),
      `lost of ${entity}`
    ).toEqual([])
    acknowledged += own.readings.size
  }

  const letters: string[] = []
  let before: number | undefined
  do {
    const page = await get<DeadLettersAnswer>(
      `/api/dead-letters?limit=200${before === undefined ? '' : `&before=${before}`}`
    )
    letters.push(
      ...page.deadLetters.map(
        ({ raw = '' }) => /"broken":"([^"]+)"/.exec(Buffer.from(raw, 'base64').toString())?.[1] ?? ''
      )
    )
    before = page.next
  } while (before !== undefined)
  expect(new Set(letters).size, 'no dead letter twice').toBe(letters.length)
  const broken = devices.flatMap((device) => [...device.acknowledged.broken])
  expect(broken.filter((one) => !letters.includes(one))).toEqual([])

  const { counters } = await city.health()
  expect(counters.received).toBe(counters.accepted + counters.rejected + counters.duplicate)
  expect(counters.accepted).toBe(counters.stored + counters.pending + counters.refused)
  expect(counters.accepted).toBeGreaterThanOrEqual(acknowledged)
  expect(acknowledged).toBeGreaterThan(2_000)
  console.log(`${acknowledged} readings and ${broken.length} broken payloads acknowledged; ${JSON.stringify(counters)}`)

  await Promise.all(devices.map(({ client }) => client.endAsync(true)))
  expect(await city.stop()).toBe(0)
}, 240_000)

test('what a city with its simulation started is gone soon after its kill -9', async () => {
  const data = temporaryFolder()
  try {
    const city = await startCity({ data: data.path, simulate: true })
    const started = await waitFor(() => {
      const children = descendants(city.process.pid as number)
      return children.length > 0 ? children : undefined
    }, 30_000)
    await city.kill()
    await waitFor(() => !started.some(isRunning), 5_000)
  } finally {
    data.remove()
  }
})
