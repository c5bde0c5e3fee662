import { execFile, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { DeliveryAnswer, EntityAnswer, RadioDevicesAnswer } from '@city-brain/model'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceSecrets } from '../city/device-secrets.ts'
import { type OperatorSession, signIn, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'

const root = resolve(import.meta.dirname, '../..')
const example = join(root, 'cities/examples/lorawan')
const command = [process.execPath, '--import', 'tsx', join(root, 'packages/server/src/city-brain.ts')] as const

/** What The Things Stack posts for an uplink; `rssi` stands for all in which two receptions of one frame differ. */
const theThingsStack = (counter: number, minutesAgo: number, { rssi = -90, fill = 40 + counter } = {}) => ({
  end_device_ids: { device_id: 'bin-101', application_ids: { application_id: 'waste' }, dev_eui: '70B3D57ED0051A01' },
  received_at: ago(minutesAgo),
  uplink_message: {
    f_port: 2,
    ...(counter === 0 ? {} : { f_cnt: counter }),
    decoded_payload: { fill_percent: fill, temperature: 18.5, battery_percent: 97, lid_open: false },
    rx_metadata: [{ gateway_ids: { gateway_id: 'roof-1' }, rssi, snr: 7.5 }],
    received_at: ago(minutesAgo)
  }
})
/** What ChirpStack publishes for an uplink. */
const chirpStack = (counter: number, minutesAgo: number) => ({
  deduplicationId: '6f4f0b3e-17b3-4b6a-9d6f-000000000001',
  time: ago(minutesAgo),
  deviceInfo: { deviceName: 'bin-201', devEui: 'a84041b7c1841c01' },
  fCnt: counter,
  fPort: 2,
  object: { fillPercent: 63, temperature: 17, batteryPercent: 88, lidOpen: true },
  rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -74, snr: 9.5 }]
})
const startedAt = Date.now()
const ago = (minutes: number) => new Date(startedAt - minutes * 60_000).toISOString()

describe('network servers at the door of a city', () => {
  const data = temporaryFolder()
  let city: RunningCity
  let operator: OperatorSession
  let secret: string
  let chirpSecret: string

  beforeAll(async () => {
    city = await startCity({ city: example, data: data.path })
    operator = await signInFirst(city)
    ;[secret = '', chirpSecret = ''] = await deviceSecrets(data.path, ['tts', 'chirpstack'])
  })
  afterAll(async () => {
    await city?.stop()
    data.remove()
  })

  const post = (payload: object, password = secret) =>
    fetch(`${city.url}/api/webhooks/tts/up`, {
      method: 'POST',
      headers: { authorization: `Bearer ${password}`, 'content-type': 'application/json' },
      body: JSON.stringify(payload)
    })
  const deliver = async (payload: object) => {
    const answer = await post(payload)
    expect(answer.status).toBe(200)
    const { accepted, rejected, duplicate } = (await answer.json()) as DeliveryAnswer
    return { accepted, rejected, duplicate }
  }
  const latest = async (id: string) => (await operator.get<EntityAnswer>(`/api/entities/${id}`)).latest
  const radioDevices = async () =>
    (await operator.get<RadioDevicesAnswer>('/api/radio-devices')).radioDevices.map(({ device, counter, lost }) => ({
      device,
      counter,
      lost
    }))

  test('an uplink of The Things Stack by webhook is a reading', async () => {
    expect(await deliver(theThingsStack(0, 50))).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
    const reading = await waitFor(() => latest('bin-101'), 5_000)
    expect(reading).toMatchObject({
      type: 'WasteContainer',
      dateObserved: ago(50),
      values: { fillingLevel: 0.4, temperature: 18.5, batteryLevel: 0.97, rssi: -90, status: 'ok' }
    })
  })

  test('the same frame with other bytes is a repeat; a gap of three is two lost frames', async () => {
    expect(await deliver(theThingsStack(0, 50, { rssi: -112 }))).toEqual({ accepted: 0, rejected: 0, duplicate: 1 })
    expect(await deliver(theThingsStack(3, 20))).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
    expect(await radioDevices()).toEqual([{ device: '70B3D57ED0051A01', counter: 3, lost: 2 }])
    expect((await city.health()).frames).toEqual({ devices: 1, lost: 2 })
  })

  test('an uplink of ChirpStack by MQTT is a reading', async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
      username: 'chirpstack',
      password: chirpSecret,
      reconnectPeriod: 0
    })
    const topic = 'application/17c82e96-be03-4f38-aef3-f83d48582d97/device/a84041b7c1841c01/event/up'
    await client.publishAsync(topic, JSON.stringify(chirpStack(7, 15)), { qos: 1 })
    await client.endAsync()
    const reading = await waitFor(() => latest('bin-201'), 5_000)
    expect(reading.values).toMatchObject({ fillingLevel: 0.63, status: 'lidOpen' })
  })

  test('after kill -9 the same frame is still a repeat, and what was lost is still lost', async () => {
    const { counters } = await city.health()
    await city.kill()
    city = await startCity({ city: example, data: data.path })
    const before = [
      { device: '70B3D57ED0051A01', counter: 3, lost: 2 },
      { device: 'a84041b7c1841c01', counter: 7, lost: 0 }
    ]
    operator = await signIn(city, operator)
    expect(await radioDevices()).toEqual(before)
    expect(await deliver(theThingsStack(3, 20, { rssi: -101 }))).toEqual({ accepted: 0, rejected: 0, duplicate: 1 })
    // The second frame comes late, after a retry of the network server: only one is missing now.
    expect(await deliver(theThingsStack(1, 40))).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
    expect((await radioDevices())[0]).toEqual({ device: '70B3D57ED0051A01', counter: 3, lost: 1 })
    expect((await latest('bin-101'))?.dateObserved).toBe(ago(20))
    const after = (await city.health()).counters
    expect(after.accepted - counters.accepted).toBe(1)
    expect(after.duplicate - counters.duplicate).toBe(1)
  })

  test('a device that joined again begins at 0 without a loss', async () => {
    expect(await deliver(theThingsStack(0, 10))).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
    expect(await deliver(theThingsStack(1, 5))).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })
    expect((await radioDevices())[0]).toEqual({ device: '70B3D57ED0051A01', counter: 1, lost: 1 })
  })

  test('wrong secrets get nothing, and are soon not looked at any more', async () => {
    const { counters } = await city.health()
    const statuses = []
    for (let i = 0; i < 12; i++) statuses.push((await post(theThingsStack(9, 1), `guess-${i}`)).status)
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401))
    expect(statuses.at(-1)).toBe(429)
    expect((await city.health()).counters).toEqual(counters)
    expect(city.output()).not.toContain(secret)
  })

  test.each(['the-things-stack-decoded', 'the-things-stack-bytes', 'chirpstack-decoded', 'chirpstack-bytes'])(
    'feeds try runs the example %s without a city',
    async (name) => {
      const tried = await tryFeed(['--city', example], `feeds/${name}.yaml`, `samples/${name}.jsonl`)
      expect(tried).toMatchObject({ code: 0, stderr: '' })
      expect(tried.stdout).toMatch(/\d messages: \d readings, 0 failed, \d passed over, \d repeats\.\n$/)
    }
  )

  test('feeds try ends with 1 where a message would be a dead letter, and says why', async () => {
    const tried = await tryFeed(
      ['--topic', 'webhook/chirpstack/up'],
      'feeds/chirpstack-bytes.yaml',
      'samples/the-things-stack-bytes.jsonl'
    )
    // Messages of another network server: nothing of them is for this feed.
    expect(tried).toMatchObject({ code: 0 })
    expect(tried.stdout).toContain('3 messages: 0 readings, 0 failed, 3 passed over, 0 repeats.')
    const wrong = await tryFeed([], 'feeds/chirpstack-bytes.yaml', 'samples/chirpstack-decoded.jsonl')
    expect(wrong.code).toBe(1)
    expect(wrong.stdout).toContain('FAULT  no-feed topic the feed maps webhook/chirpstack/+')
    const none = await promisify(execFile)(command[0], [
      ...command.slice(1),
      'feeds',
      'try',
      join(example, 'no.yaml')
    ]).catch((error: { code: number; stderr: string }) => error)
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/no\.yaml cannot be read \(ENOENT\)\.\n$/) })
  })

  async function tryFeed(args: string[], feed: string, samples: string) {
    const child = spawn(command[0], [...command.slice(1), 'feeds', 'try', join(example, feed), ...args], { cwd: root })
    createReadStream(join(example, samples)).pipe(child.stdin)
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (chunk) => (output.stdout += chunk))
    child.stderr.on('data', (chunk) => (output.stderr += chunk))
    const code = await new Promise<number | null>((done) => child.on('close', done))
    return { code, ...output }
  }
})
