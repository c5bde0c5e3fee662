import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type DeviceRegister, SignalState, type SignalState as SignalStateType } from '@city-brain/model'
import { connectAsync, type MqttClient } from 'mqtt'
import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCity } from '../city/read-city.ts'

/** The simulation's own process against a real broker that knows its devices' passwords. */
const mosquitto = '/usr/sbin/mosquitto'
const root = resolve(import.meta.dirname, '../../..')
const here = existsSync(mosquitto)
if (!here && process.env.CI) throw new Error(`${mosquitto} is missing`)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((ready) => server.once('listening', ready))
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

type Message = { topic: string; text: string; retain: boolean }

describe.skipIf(!here)('the simulation as a process', () => {
  const city = readCity(join(root, 'cities/demo'))
  let folder: string
  let broker: ChildProcess
  let watcher: MqttClient
  let port: number
  let simulation: ChildProcess
  const messages: Message[] = []
  const output: string[] = []
  const secrets: Record<string, string> = {}

  async function until<T>(find: () => T | undefined, what: string, seconds = 25): Promise<T> {
    for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
      const found = find()
      if (found !== undefined) return found
      await new Promise((wake) => setTimeout(wake, 100))
    }
    throw new Error(`waited in vain for ${what}; the process said: ${output.join('')}`)
  }
  const on = (pattern: RegExp) => messages.filter(({ topic }) => pattern.test(topic))
  const json = (message: Message | undefined) => JSON.parse(message?.text ?? '{}') as Record<string, unknown>

  function start(...more: string[]): ChildProcess {
    const args = [
      '--import',
      'tsx',
      'simulators/src/main.ts',
      '--city',
      'cities/demo',
      '--mqtt-url',
      `mqtt://127.0.0.1:${port}`,
      ...more
    ]
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk) => output.push(String(chunk)))
    child.stderr.on('data', (chunk) => output.push(String(chunk)))
    child.stdin.write(`${JSON.stringify({ secrets })}\n`)
    return child
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'simulation-'))
    port = await freePort()
    const { devices = [], gateways = [] } = city.register as DeviceRegister
    for (const { id, simulated } of [...devices, ...gateways]) if (simulated) secrets[id] = `secret of ${id}`
    const passwords = [...Object.entries(secrets), ['watcher', 'watcher']].map(([id, secret]) => `${id}:${secret}`)
    writeFileSync(join(folder, 'passwords'), `${passwords.join('\n')}\n`, { mode: 0o600 })
    hashPasswords(join(folder, 'passwords'))
    // Runs as whoever runs the test, so that it may read its files.
    writeFileSync(
      join(folder, 'mosquitto.conf'),
      `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${join(folder, 'passwords')}\nmax_queued_messages 100000\nuser ${process.env.USER ?? 'root'}\n`
    )
    broker = spawn(mosquitto, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
    watcher = await connectUntilThere()
    watcher.on('message', (topic, payload, packet) =>
      messages.push({ topic, text: payload.toString(), retain: packet.retain })
    )
    await watcher.subscribeAsync('#', { qos: 1 })
    simulation = start(
      '--backfill-hours',
      '1',
      '--faults',
      'silence:det-004,duplicates:det-001,clock-skew:p-stadium:+3600,garbage:p-moon-bridge,disconnect:cab-oldtown-1:3'
    )
  }, 60_000)

  afterAll(async () => {
    simulation?.kill('SIGKILL')
    await watcher?.endAsync(true)
    broker?.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  })

  async function connectUntilThere(): Promise<MqttClient> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await connectAsync(`mqtt://127.0.0.1:${port}`, {
          username: 'watcher',
          password: 'watcher',
          reconnectPeriod: 0
        })
      } catch (error) {
        if (attempt > 50) throw error
        await new Promise((wake) => setTimeout(wake, 100))
      }
    }
  }

  test('every controller tells its state', async () => {
    const expected = city.intersections.length
    await until(
      () => (new Set(on(/\/spat$/).map(({ topic }) => topic)).size === expected ? true : undefined),
      'all SPaT'
    )
    const schema = Compile(SignalState)
    const state = JSON.parse(on(/\/spat$/).at(-1)?.text ?? '') as SignalStateType
    expect([...schema.Errors(state)]).toEqual([])
    expect(on(/\/status$/).some(({ text }) => text.includes('online'))).toBe(true)
  }, 60_000)

  test('a timing that is commanded is acknowledged and runs, and traffic goes on', async () => {
    const intersection = city.intersections.find(({ stages }) => stages.length === 2)
    if (!intersection) throw new Error('no intersection with two stages')
    const area = city.assets.find(({ id }) => id === intersection.intersection)?.properties.area
    const base = `city/${area}/signal/${intersection.controller}`
    const now = Date.now()
    const [a = 0, b = 0] = intersection.plan.greens
    const command = {
      commandId: 'test-1',
      kind: 'set-timing',
      intersection: intersection.intersection,
      revision: intersection.revision,
      issuedAt: new Date(now).toISOString(),
      deliverBefore: new Date(now + 30_000).toISOString(),
      expiresAt: new Date(now + 600_000).toISOString(),
      timing: { ...intersection.plan, greens: [a - 1, b + 1] }
    }
    await watcher.publishAsync(`${base}/cmd`, JSON.stringify(command), { qos: 1 })
    const answer = await until(() => on(/\/ack$/).at(0), 'an acknowledgement')
    expect(json(answer)).toMatchObject({ commandId: 'test-1', result: 'accepted' })
    await watcher.publishAsync(
      `${base}/cmd`,
      JSON.stringify({ ...command, commandId: 'test-2', timing: { cycle: 20, greens: [1, 1], offset: 0 } }),
      { qos: 1 }
    )
    const refusal = await until(() => on(/\/ack$/).find(({ text }) => text.includes('test-2')), 'a refusal')
    expect(json(refusal)).toMatchObject({ result: 'rejected' })
  }, 60_000)

  test('the hour of history comes whole, in order and not from the future, and says when it is there', async () => {
    await until(() => (output.join('').includes('backfill-complete') ? true : undefined), 'the history', 60)
    const readings = on(/^demo-history\//).flatMap(
      ({ text }) => JSON.parse(text) as { id: string; type: string; dateObserved: string }[]
    )
    const detectors = new Set(readings.filter(({ type }) => type === 'TrafficFlowObserved').map(({ id }) => id))
    expect(detectors.size).toBe(city.assets.filter(({ properties }) => properties.kind === 'detector').length)
    expect(readings.filter(({ id }) => id === 'det-100').length).toBe(12)
    expect(readings.filter(({ id }) => id === 'p-stadium').length).toBeGreaterThanOrEqual(11)
    const times = readings.filter(({ id }) => id === 'det-100').map(({ dateObserved }) => dateObserved)
    expect(times).toEqual([...times].sort())
    expect(readings.every(({ dateObserved }) => Date.parse(dateObserved) <= Date.now())).toBe(true)
    expect(Math.max(...on(/^demo-history\//).map(({ text }) => text.length))).toBeLessThan(64_000)
    expect(output.join('')).not.toContain('secret of')
  }, 90_000)

  test('faults are really sent', async () => {
    const late = await until(() => on(/p-stadium\/obs$/).at(0), 'a car park with a clock ahead', 60)
    expect(Date.parse(json(late).dateObserved as string) - Date.now()).toBeGreaterThan(3_400_000)
    const twice = await until(
      () => {
        const sent = messages.filter(({ text }) => text.includes('"det-001"') && !text.startsWith('['))
        return sent.length >= 2 ? sent : undefined
      },
      'a reading of det-001, twice',
      75
    )
    expect(twice[0]?.text).toBe(twice[1]?.text)
    await until(
      () => on(/cab-oldtown-1\/status$/).find(({ text }) => text.includes('offline')),
      'the last will of a cabinet'
    )
    expect(messages.some(({ topic, text }) => topic.endsWith('/obs') && text.includes('"det-004"'))).toBe(false)
    const broken = await until(() => on(/p-moon-bridge\/obs$/).at(0), 'garbage', 60)
    const isReading = (text: string) => {
      try {
        return typeof (JSON.parse(text) as { availableSpotNumber?: unknown }).availableSpotNumber === 'number'
      } catch {
        return false
      }
    }
    expect(isReading(broken.text)).toBe(false)
  }, 200_000)

  test('it ends at once when its parent has gone', async () => {
    const orphan = start()
    const ended = new Promise<number | null>((done) => orphan.once('exit', (code) => done(code)))
    await new Promise((wake) => setTimeout(wake, 3_000))
    orphan.stdin?.end()
    expect(await ended).toBe(0)
  }, 30_000)

  test('told to end, its devices say that they go', async () => {
    const before = on(/\/status$/).filter(({ text }) => text.includes('offline')).length
    const ended = new Promise<number | null>((done) => simulation.once('exit', (code) => done(code)))
    simulation.kill('SIGTERM')
    expect(await ended).toBe(0)
    await until(
      () => (on(/\/status$/).filter(({ text }) => text.includes('offline')).length > before + 50 ? true : undefined),
      'offline'
    )
  }, 30_000)
})

/** Turns the plain passwords of the file into hashes, in place. */
function hashPasswords(file: string): void {
  const { status, stderr } = spawnSync('mosquitto_passwd', ['-U', file])
  if (status !== 0) throw new Error(`mosquitto_passwd failed: ${stderr}`)
}
