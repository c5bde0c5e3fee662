import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type InfluxServer, startInfluxd } from '@city-brain/history'
import type { Health, HistoryWireAnswer } from '@city-brain/model'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createDevice } from './testing/device.ts'
import { eventually } from './testing/eventually.ts'
import {
  type Client,
  ownPassword,
  signIn,
  signInFirst,
  startTinyCity,
  type TestCity
} from './testing/start-tiny-city.ts'
import { temporaryFolder } from './testing/tiny-city.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })
const topic = 'city/centre/waste/bin-1/obs'
const healthOf = (client: Client) => client.json<Health>('/api/health')

test('what was accepted is there after a restart, and counters go on', async () => {
  const folder = temporaryFolder()
  const first = await startTinyCity({ data: folder.path })
  const before = await signInFirst(first)
  const bin = await createDevice(first, 'bin-1')
  const dateObserved = new Date().toISOString()
  await bin.publish(topic, { dateObserved, fillingLevel: 0.5, temperature: 90 })
  // Word for word again, and something that is none.
  await bin.publish(topic, { dateObserved, fillingLevel: 0.5, temperature: 90 })
  await bin.publish(topic, { dateObserved, fillingLevel: 5 })
  await eventually(async () => expect((await before.json<{ alarms: unknown[] }>('/api/alarms')).alarms).toHaveLength(1))
  const counters = { received: 3, accepted: 1, rejected: 1, duplicate: 1 }
  expect((await healthOf(before)).counters).toMatchObject(counters)
  await bin.end()
  await first.stop()

  const second = await startTinyCity({ data: folder.path })
  const after = await signIn(second, 'operator', ownPassword)
  expect((await healthOf(after)).counters).toEqual({ ...counters, stored: 1, pending: 0, refused: 0 })
  expect(await after.json('/api/alarms')).toMatchObject({
    alarms: [{ id: 'container-fire/bin-1', state: 'unacknowledged' }]
  })
  expect(await after.json('/api/entities/bin-1')).toMatchObject({
    latest: { dateObserved, values: { temperature: 90 } }
  })
  await second.stop()
  folder.remove()
})

test('a device whose secret was renewed is disconnected, and its old secret opens nothing', async () => {
  const city = await startTinyCity()
  const operator = await signInFirst(city)
  const bin = await createDevice(city, 'bin-1')
  await eventually(async () => expect((await healthOf(operator)).broker.connected).toBe(1))
  const renewed = await createDevice(city, 'bin-1')
  await eventually(async () => expect((await healthOf(operator)).broker.connected).toBe(1))
  expect(renewed.secret).not.toBe(bin.secret)
  await bin.end()
  await renewed.end()
  await city.end()
})

describe('with InfluxDB as history', () => {
  let influx: InfluxServer | { missing: string }
  let city: TestCity | undefined
  let operator: Client
  beforeAll(async () => {
    influx = await startInfluxd()
    if ('missing' in influx) return
    const { url: influxUrl, token, organisation, username, password } = influx
    const bucket = `tiny_${process.pid}`
    const credentials = { token, organisation, username, password, bucket }
    city = await startTinyCity({ history: 'influx', influxUrl, influx: credentials })
    operator = await signInFirst(city)
  })
  afterAll(async () => {
    await city?.end()
    if (influx && 'stop' in influx) await influx.stop()
  })

  test('readings are written there and read from there', async ({ skip }) => {
    if ('missing' in influx || !city) return skip(`no InfluxDB: ${'missing' in influx ? influx.missing : ''}`)
    const bin = await createDevice(city, 'bin-1')
    const begin = Date.now() - 60_000
    await bin.publish(topic, { dateObserved: new Date(begin).toISOString(), fillingLevel: 0.25 })
    await bin.publish(topic, { dateObserved: new Date(begin + 30_000).toISOString(), fillingLevel: 0.75 })
    await bin.end()
    await eventually(async () => {
      const { counters, history } = await healthOf(operator)
      expect(counters).toMatchObject({ accepted: 2, stored: 2, pending: 0 })
      expect(history).toMatchObject({ store: 'influx', state: 'ok' })
    })
    const span = `from=${new Date(begin - 1_000).toISOString()}&to=${new Date().toISOString()}`
    const answer = await operator.json<HistoryWireAnswer>(`/api/entities/bin-1/history?${span}`)
    expect(answer.points).toMatchObject([{ values: { fillingLevel: 0.25 } }, { values: { fillingLevel: 0.75 } }])
    expect(readdirSync(join(city.data, 'history'))).toEqual([expect.stringMatching(/^influx-\w{12}\.json$/)])
  })
})

test('an InfluxDB that is not there does not keep the city from starting; it says so', async () => {
  const city = await startTinyCity({
    history: 'influx',
    influxUrl: 'http://127.0.0.1:9',
    influx: { token: 't', organisation: 'o' }
  })
  const operator = await signInFirst(city)
  const bin = await createDevice(city, 'bin-1')
  await bin.publish(topic, { dateObserved: new Date().toISOString(), fillingLevel: 0.5 })
  await bin.end()
  await eventually(async () => {
    const health = await healthOf(operator)
    expect(health).toMatchObject({ status: 'degraded', history: { store: 'influx', state: 'unavailable' } })
    expect(health.counters).toMatchObject({ accepted: 1, stored: 0, pending: 1 })
    expect(health.problems[0]?.en).toContain('readings wait in the journal')
  })
  // What needs the past says that it is not to be had; what does not, goes on.
  const span = `from=${new Date(0).toISOString()}&to=${new Date().toISOString()}`
  const history = await operator.request(`/api/entities/bin-1/history?${span}`)
  expect([history.status, await history.json()]).toEqual([
    503,
    expect.objectContaining({ code: 'history-unavailable' })
  ])
  expect((await operator.request('/api/parking')).status).toBe(200)
  expect(await operator.json('/api/entities/bin-1')).toMatchObject({ latest: { values: { fillingLevel: 0.5 } } })
  await city.end()
})
