import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { waitFor } from '../city/start-city.ts'
import { findProgram } from '../programs/find-program.ts'
import { type Brokers, startBrokers } from './start-brokers.ts'

const publisher = findProgram('mosquitto_pub')
const subscriber = findProgram('mosquitto_sub')
const python = findPython()

let city: Brokers
beforeEach(async () => {
  city = await startBrokers()
})
afterEach(() => city.stop())

const status = (device: string) => `city/centre/waste/${device}/status`
const online = '{"status":"online"}'
const offline = '{"status":"offline"}'

describe.skipIf(publisher === undefined || subscriber === undefined)('mosquitto_pub and mosquitto_sub', () => {
  const as = (name: string, ...args: string[]) => [
    ...['-h', '127.0.0.1', '-p', String(city.ingest.port), '-V', 'mqttv311'],
    ...['-u', name, '-P', `secret-${name}`, ...args]
  ]
  const run = (program: string | undefined, args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(program ?? '', args, { timeout: 20_000 }, (error, out, err) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, out, err })
      )
    })
  const say = (device: string, ...args: string[]) => run(publisher, as(device, '-t', status(device), ...args))

  test.each([0, 1, 2])(
    'a status of QoS %i, retained, comes to a later subscriber, marked and at the lower QoS',
    async (qos) => {
      expect(await say('bin-1', '-q', String(qos), '-r', '-m', online)).toMatchObject({ code: 0, err: '' })
      await waitFor(async () => (await city.entries('status')).length === 1, 5_000)
      const args = as('watch', '-t', 'city/centre/+/+/status', '-q', '1', '-C', '1', '-F', '%t %q %r %p', '-W', '10')
      expect(await run(subscriber, args)).toEqual({
        code: 0,
        out: `${status('bin-1')} ${Math.min(qos, 1)} 1 ${online}\n`,
        err: ''
      })
    }
  )

  test('a will when the client is killed, and what waited in a session for one that was away', async () => {
    const keep = as('watch', '-t', 'city/centre/+/+/status', '-q', '1', '-c', '-i', 'kept', '-W', '10')
    expect((await run(subscriber, [...keep, '-E'])).code).toBe(0)
    const willing = ['--will-topic', status('bin-1'), '--will-payload', offline, '--will-qos', '1', '--will-retain']
    const device = spawn(subscriber ?? '', as('bin-1', '-t', 'city/centre/waste/bin-1/cmd', ...willing), {
      stdio: 'ignore'
    })
    await waitFor(() => city.ingest.isConnected('bin-1'), 5_000)
    device.kill('SIGKILL')
    await once(device, 'exit')
    await waitFor(async () => (await city.entries('status')).length === 1, 5_000)
    expect(await say('bin-2', '-q', '2', '-m', online)).toMatchObject({ code: 0 })
    const { out } = await run(subscriber, [...keep, '-C', '2', '-F', '%t %q %p'])
    expect(out.split('\n')).toEqual([`${status('bin-1')} 1 ${offline}`, `${status('bin-2')} 1 ${online}`, ''])
  })

  test('a filter that is not granted, a secret that is wrong, no name at all', async () => {
    const refused = await run(subscriber, as('bin-1', '-t', '#', '-W', '10'))
    expect(refused.out + refused.err).toContain('All subscription requests were denied')
    const wrong = await run(publisher, [...as('bin-1', '-t', status('bin-1'), '-m', online), '-P', 'wrong'])
    expect(wrong.err).toContain('bad user name or password')
    const nobody = ['-h', '127.0.0.1', '-p', String(city.ingest.port), '-t', 'a', '-m', 'b']
    expect((await run(publisher, nobody)).code).not.toBe(0)
    expect(await city.entries('status', 'dead-letter')).toEqual([])
  })
})

describe.skipIf(python === undefined)("Python's paho", () => {
  test('a device of all QoS with a will, and a gateway with a session to keep', async () => {
    const script = join(import.meta.dirname, 'paho_device.py')
    const said = await new Promise<string>((resolve, reject) => {
      execFile(python ?? '', [script, String(city.ingest.port)], { timeout: 60_000 }, (error, out, err) =>
        error ? reject(new Error(`${error.message}\n${err}`)) : resolve(out)
      )
    })
    expect(JSON.parse(said)).toEqual({
      granted: [1, 0x80],
      first: [[status('bin-1'), online, 1, 0]],
      sessionPresent: 1,
      waited: [[status('bin-1'), offline, 1, 0]],
      refused: 4,
      published: 600
    })
    await waitFor(() => city.journal.tally().accepted === 600, 5_000)
    expect(city.journal.tally()).toEqual({ accepted: 600, rejected: 0, duplicate: 0 })
    expect((await city.entries('status')).map(({ payload }) => payload.status)).toEqual(['online', 'offline'])
  })
})

describe('MQTT.js', () => {
  const clients: MqttClient[] = []
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.endAsync(true))))
  const join = async (name: string, options = {}) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.ingest.port}`, {
      username: name,
      password: `secret-${name}`,
      reconnectPeriod: 0,
      ...options
    })
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  const reading = (i: number) => {
    const dateObserved = new Date(Date.UTC(2026, 4, 4) + i * 1_000).toISOString()
    return JSON.stringify({ dateObserved, fillingLevel: (i % 1_000) / 1_000 })
  }

  test.each([1, 2] as const)(
    'two thousand readings of QoS %i at once are all acknowledged and stored once',
    async (qos) => {
      const device = await join('bin-1')
      const topic = 'city/centre/waste/bin-1/obs'
      await Promise.all(Array.from({ length: 2_000 }, (_, i) => device.publishAsync(topic, reading(i), { qos })))
      expect(city.journal.tally()).toEqual({ accepted: 2_000, rejected: 0, duplicate: 0 })
    }
  )

  test('what was sent and not acknowledged before a break is sent again, and stored once', async () => {
    const device = await join('bin-1', { clientId: 'breaks', clean: false, reconnectPeriod: 50 })
    const topic = 'city/centre/waste/bin-1/obs'
    let acknowledged = 0
    const all = Array.from({ length: 1_000 }, (_, i) =>
      device.publishAsync(topic, reading(i), { qos: 1 }).then(() => {
        acknowledged++
      })
    )
    await waitFor(() => acknowledged > 50, 5_000, 1)
    device.stream.destroy()
    await Promise.all(all)
    expect(city.journal.tally().accepted).toBe(1_000)
    const stored = (await city.entries('reading')).map(({ payload }) => payload.dateObserved)
    expect(new Set(stored).size).toBe(1_000)
  })

  test('a subscription hears until it ends, and refusals are told', async () => {
    const watch = await join('watch')
    const granted = await watch.subscribeAsync({ 'city/centre/+/+/status': { qos: 2 }, 'relay/#': { qos: 0 } })
    expect(granted.map(({ qos }) => qos)).toEqual([2, 0])
    const heard: string[] = []
    watch.on('message', (topic, payload) => heard.push(`${topic} ${payload}`))
    const device = await join('bin-2')
    await device.publishAsync(status('bin-2'), online, { qos: 2 })
    await waitFor(() => heard.length === 1, 5_000)
    await watch.unsubscribeAsync('city/centre/+/+/status')
    await device.publishAsync(status('bin-2'), offline, { qos: 1 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(heard).toEqual([`${status('bin-2')} ${online}`])
    await expect(device.subscribeAsync('#')).rejects.toThrow()
  })
})

/** The Python that has paho: Debian's, which need not be the first on the path. */
function findPython(): string | undefined {
  const found = ['/usr/bin/python3', 'python3'].find((program) => {
    try {
      execFileSync(program, ['-c', 'import paho.mqtt.client'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
  if (found === undefined) {
    const what = 'paho for Python is not installed (Debian package python3-paho-mqtt)'
    if (process.env.CI === 'true') throw new Error(`${what}, and with CI=true its tests may not be skipped`)
    console.log(`Skipped: ${what}.`)
  }
  return found
}
