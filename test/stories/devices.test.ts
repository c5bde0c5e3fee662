import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  DeviceSecretAnswer,
  DevicesAnswer,
  EntitiesAnswer,
  EntityAnswer,
  ImportAnswer,
  ServerMessage
} from '@city-brain/model'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import WebSocket from 'ws'
import { cityBrain } from '../city/city-brain.ts'
import { type OperatorSession, signIn, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder, waitFor } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'

vi.setConfig({ testTimeout: 120_000 })

/** What an integrator does with devices, in a city's real process: nothing of it takes a restart, and none undoes it. */
const folder = temporaryFolder()
const data = join(folder.path, 'data')
const containers = 3_000
let city: RunningCity
let operator: OperatorSession

const start = () => startCity({ city: join(folder.path, 'city'), data })
beforeAll(async () => {
  writeSmallCity(join(folder.path, 'city'), 2)
  city = await start()
  operator = await signInFirst(city)
}, 120_000)
afterAll(async () => {
  await city?.stop()
  folder.remove()
})

const connect = (id: string, password: string): Promise<MqttClient> =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
    clientId: `${id}-1`,
    username: id,
    password,
    reconnectPeriod: 0
  })
const publish = (client: MqttClient, id: string, reading: object) =>
  client.publishAsync(
    `city/centre/waste/${id}/obs`,
    JSON.stringify({ dateObserved: new Date().toISOString(), ...reading }),
    { qos: 1 }
  )
const told = (text: string, name: string) => new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1] ?? ''
const deviceOf = async (id: string) => {
  const { devices } = await operator.get<DevicesAnswer>(`/api/devices?limit=1&after=${id.slice(0, -1)}`)
  return devices.find((device) => device.id === id)
}

test('a device is added, speaks, and is revoked: its connection is closed, and it never comes in again', async () => {
  const added = await cityBrain(
    data,
    'device',
    'add',
    'new-1',
    '--area',
    'centre',
    '--domain',
    'waste',
    '--entities',
    'bin-1'
  )
  expect(added).toMatchObject({ code: 0, err: '' })
  const secret = told(added.out, 'Secret')
  const client = await connect('new-1', secret)
  await publish(client, 'new-1', { id: 'bin-1', fillingLevel: 0.25 })
  await waitFor(async () => {
    const { latest } = await operator.get<EntityAnswer>('/api/entities/bin-1')
    return latest?.values.fillingLevel === 0.25
  }, 5_000)
  expect((await cityBrain(data, 'device', 'list')).out).toMatch(
    /^new-1 {2}waste in centre {2}connected {2}has a secret/m
  )

  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  expect((await cityBrain(data, 'device', 'revoke', 'new-1')).code).toBe(0)
  await closed
  await expect(connect('new-1', secret)).rejects.toMatchObject({ code: expect.any(Number) })
  expect((await cityBrain(data, 'device', 'list')).out).toMatch(/^new-1 {2}waste in centre {2}revoked {2}no secret/m)
  expect(await cityBrain(data, 'device', 'rotate', 'new-1')).toEqual({ code: 1, out: '', err: 'new-1 is revoked.\n' })
})

test('a batch claims its secrets with a key', async () => {
  const args = ['--area', 'centre', '--domain', 'waste', '--count', '2', '--prefix', 'lot-']
  const key = told((await cityBrain(data, 'device', 'claim-key', ...args)).out, 'Claim key')
  const claim = (device: string) =>
    fetch(`${city.url}/api/devices/claim`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key, device })
    })
  const answers = await Promise.all(['lot-1', 'lot-2', 'lot-3', 'lot-1'].map(claim))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 409, 409])
  const [first] = await Promise.all(answers.map((answer) => answer.json() as Promise<Partial<DeviceSecretAnswer>>))
  const secret = first?.secret ?? ''
  await (await connect('lot-1', secret)).endAsync()
  expect((await cityBrain(data, 'device', 'claim-keys')).out).toMatch(/exhausted .* 0 of 2 left/)
  expect(city.output()).not.toContain(secret)
})

const heading =
  'id,name_en,name_zh,area,longitude,latitude,storedWasteKind,binCapacity,device,distanceEmpty,distanceFull,expectedInterval'
const row = (i: number, changed: Partial<Record<'longitude' | 'area' | 'capacity', string>> = {}) =>
  [
    `waste-${i}`,
    `"Container ${i}, north"`,
    `垃圾桶${i}`,
    changed.area ?? 'centre',
    changed.longitude ?? (121 + (i % 60) * 0.001).toFixed(6),
    (29 + Math.floor(i / 60) * 0.001).toFixed(6),
    i % 2 ? 'glass' : 'paper',
    changed.capacity ?? '1100',
    `sensor-${i}`,
    '150',
    '30',
    '900'
  ].join(',')
const rows = Array.from({ length: containers }, (_, i) => row(i + 1))

test('3,000 containers: faults in a dry run, imported, and a reading of one is calibrated and on every screen at once', async () => {
  const file = join(folder.path, 'containers.csv')
  const wrong = [...rows]
  wrong[9] = row(10, { area: 'moon' })
  wrong[1_999] = row(2_000, { longitude: '29.0', capacity: '"1.100,5"' })
  writeFileSync(file, [heading, ...wrong].join('\r\n'))
  const faulty = await cityBrain(data, 'import', 'assets', file, '--dry-run')
  expect(faulty.code).toBe(1)
  expect(faulty.out.trim().split('\n')).toEqual([
    'row 11, area: there is no area moon',
    expect.stringMatching(/^row 2001, binCapacity: must be a number with a point/),
    expect.stringMatching(/^row 2001, longitude: lies \d+ km/)
  ])
  expect(faulty.err).toBe('3 faults in 3000 rows. Nothing was changed.\n')

  // A browser that is open meanwhile.
  const screen = openScreen()
  await waitFor(() => screen.messages.some(({ type }) => type === 'snapshot'), 10_000)

  writeFileSync(file, `\uFEFF${[heading, ...rows].join('\r\n')}\r\n`)
  const dry = await cityBrain(data, 'import', 'assets', file, '--dry-run')
  expect(dry.out).toBe(
    'Dry run, nothing was changed. It would be: 3000 added, 0 changed, 0 unchanged; devices: 3000 added, 0 changed.\n'
  )
  const imported = await cityBrain(data, 'import', 'assets', file)
  expect(imported.out).toBe('Imported: 3000 added, 0 changed, 0 unchanged; devices: 3000 added, 0 changed.\n')
  const again = await cityBrain(data, 'import', 'assets', file)
  expect(again.out).toBe('Imported: 0 added, 0 changed, 3000 unchanged; devices: 0 added, 0 changed.\n')

  const { secret } = await operator.post<DeviceSecretAnswer>('/api/devices/sensor-2718/rotate', {})
  const sensor = await connect('sensor-2718', secret)
  await publish(sensor, 'sensor-2718', { id: 'waste-2718', distance: 60 })
  await sensor.endAsync()
  const latest = await waitFor(async () => {
    const { entities } = await operator.get<EntitiesAnswer>('/api/entities')
    return entities.find(({ entity }) => entity === 'waste-2718')
  }, 5_000)
  expect(latest.values).toEqual({ distance: 60, fillingLevel: 0.75 })
  // The screen is told to fetch the city again, and then knows the container whose reading it was sent.
  const hint = await waitFor(
    () => screen.messages.flatMap((message) => ('assetsOffset' in message && message.assetsOffset) || []).at(-1),
    5_000
  )
  expect(screen.messages.flatMap((message) => ('entities' in message && message.entities) || [])).toContainEqual(
    expect.objectContaining({ entity: 'waste-2718', values: { distance: 60, fillingLevel: 0.75 } })
  )
  screen.close()
  const description = await operator.get<{ assetsOffset: number; assets: { features: { id: string }[] } }>('/api/city')
  expect(description.assetsOffset).toBe(hint)
  expect(description.assets.features.filter(({ id }) => id.startsWith('waste-'))).toHaveLength(containers)
})

function openScreen(): { messages: ServerMessage[]; close(): void } {
  const messages: ServerMessage[] = []
  const socket = new WebSocket(`${city.url.replace('http', 'ws')}/api/live`, {
    headers: { cookie: operator.cookie, origin: city.url }
  })
  socket.on('open', () => socket.send(JSON.stringify({ type: 'hello' })))
  socket.on('message', (bytes) => messages.push(JSON.parse(String(bytes)) as ServerMessage))
  return { messages, close: () => socket.close() }
}

test('kill -9 right after the answer of an import loses nothing of it, and whoever was revoked stays out', async () => {
  const next = Array.from({ length: 500 }, (_, i) => row(containers + i + 1))
  const answer = await fetch(`${city.url}/api/assets/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv', origin: city.url, cookie: operator.cookie },
    body: [heading, ...next].join('\n')
  })
  const result = (await answer.json()) as ImportAnswer
  await city.kill()
  expect(result).toMatchObject({ applied: true, assets: { added: 500 }, devices: { added: 500 } })

  city = await start()
  operator = await signIn(city, operator)
  const file = join(folder.path, 'all.csv')
  writeFileSync(file, [heading, ...rows, ...next].join('\n'))
  expect((await cityBrain(data, 'import', 'assets', file)).out).toBe(
    'Imported: 0 added, 0 changed, 3500 unchanged; devices: 0 added, 0 changed.\n'
  )
  expect(await deviceOf('new-1')).toMatchObject({ revoked: true, secret: false })
  expect(await deviceOf('lot-1')).toMatchObject({ revoked: false, secret: true })
  const { latest } = await operator.get<EntityAnswer>('/api/entities/waste-2718')
  expect(latest?.values).toEqual({ distance: 60, fillingLevel: 0.75 })
  // What is registered is judged as what the files say: its reading is old by its own interval, not by the default.
  const { secret } = await operator.post<DeviceSecretAnswer>('/api/devices/sensor-3500/rotate', {})
  const sensor = await connect('sensor-3500', secret)
  await publish(sensor, 'sensor-3500', { id: 'waste-3500', distance: 400 })
  await publish(sensor, 'sensor-3500', { id: 'waste-1', distance: 60 })
  await sensor.endAsync()
  await waitFor(async () => {
    const { latest: flagged } = await operator.get<EntityAnswer>('/api/entities/waste-3500')
    return flagged?.flags?.includes('beyond-calibration') && flagged.values.fillingLevel === undefined
  }, 5_000)
  const letters = await operator.get<{ deadLetters: { code: string; path?: string }[] }>('/api/dead-letters?limit=1')
  expect(letters.deadLetters[0]).toMatchObject({ code: 'not-authorised' })
})
