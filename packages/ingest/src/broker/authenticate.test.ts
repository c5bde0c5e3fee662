import { connect as connectSocket } from 'node:net'
import { MqttClient } from 'mqtt'
import { afterEach, expect, test } from 'vitest'
import { startIngest, type TestIngest, until } from '../testing/start-ingest.ts'
import { allowances } from './attempt-limit.ts'

let city: TestIngest | undefined
afterEach(() => city?.stop())

/** MQTT.js does not pass a local address on by itself. */
async function connectFrom(localAddress: string, port: number, device: string): Promise<void> {
  const client = new MqttClient(() => connectSocket({ host: '127.0.0.1', port, localAddress }), {
    username: device,
    password: `secret-${device}`,
    reconnectPeriod: 0
  })
  await new Promise((resolve, reject) => {
    client.once('connect', resolve)
    client.once('error', reject)
  })
  await client.endAsync(true)
}

test('whoever guesses is throttled and in the audit trail; the device itself gets in from elsewhere', async () => {
  city = await startIngest()
  const { connect, ingest, journal, logged } = city
  const guess = (password: string) => connect('det-1', { password })
  for (let i = 0; i < allowances.pair.burst; i++) {
    await expect(guess(`guess-${i}`)).rejects.toMatchObject({ code: 4 })
  }
  for (let i = 0; i < 30; i++) await expect(guess(`late-guess-${i}`)).rejects.toMatchObject({ code: 5 })
  // Not even the right one is looked at there, or throttling would tell which one it is.
  await expect(guess('secret-det-1')).rejects.toMatchObject({ code: 5 })
  await connectFrom('127.0.0.2', ingest.port, 'det-1')
  await connect('bin-1')
  expect(ingest.counts()).toMatchObject({ refusedConnections: allowances.pair.burst + 31, throttledConnections: 31 })

  const trail = () => journal.entries.filter((entry) => entry.kind === 'operator-action')
  await until('the first refusal in the trail', () => trail().length > 0)
  expect(trail()).toMatchObject([
    {
      entity: 'det-1',
      source: 'system',
      payload: { action: 'device-refused', subject: 'det-1', detail: { address: '127.0.0.1', count: 1 } }
    }
  ])
  await city.stop()
  const counts = trail().map(({ payload }) => Number(payload.detail?.count))
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(allowances.pair.burst + 31)
  expect(JSON.stringify(trail())).not.toMatch(/guess|secret/)
  expect(logged.join('\n')).not.toMatch(/guess|secret-/)
  expect(logged.length).toBeLessThan(60)
})

test('a secret that was written into the field of the name is not in the log', async () => {
  city = await startIngest()
  await expect(city.connect('det-1', { username: 'hush-hush', password: 'x' })).rejects.toMatchObject({ code: 4 })
  await until('the connection’s end in the log', () => city?.logged.some((line) => line.includes('ended')) ?? false)
  expect(city.logged.join('\n')).not.toContain('hush-hush')
})

test('right secrets are never throttled, however often they come back', async () => {
  city = await startIngest()
  for (let i = 0; i < 300; i++) await (await city.connect('det-1')).endAsync(true)
  expect(city.ingest.counts().refusedConnections).toBe(0)
})
