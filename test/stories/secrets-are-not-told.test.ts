import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { deviceSecret } from '../city/device-secret.ts'
import { type OperatorSession, signInFirst } from '../city/operator-session.ts'
import { type RunningCity, startCity, temporaryFolder } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'

/** Everything that is a secret goes once through the whole city; afterwards it is in no line of its output and in no file. */
const root = resolve(import.meta.dirname, '../..')
const folder = temporaryFolder()
const data = join(folder.path, 'data')
let city: RunningCity
let operator: OperatorSession
/** What must be nowhere, by what it is. */
const secrets: Record<string, string> = {}

beforeAll(async () => {
  const files = join(folder.path, 'city')
  writeSmallCity(files, 2)
  const register = parse(readFileSync(join(files, 'devices.yaml'), 'utf8')) as Record<string, unknown>
  const gateways = [{ id: 'gateway', topics: ['webhook/gateway'], entityPrefix: 'bin-', webhook: true }]
  writeFileSync(join(files, 'devices.yaml'), stringify({ ...register, gateways }))
  mkdirSync(data)
  chmodSync(data, 0o755)
  city = await startCity({ city: files, data })
  operator = await signInFirst(city)
})
afterAll(async () => {
  await city?.stop()
  folder.remove()
})

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${city.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: city.url, ...headers },
    body: JSON.stringify(body)
  })
const connect = (username: string, password: string) =>
  connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, { username, password, reconnectPeriod: 0 })
const reading = { id: 'bin-1', type: 'WasteContainer', dateObserved: '2026-05-04T08:15:01Z', fillingLevel: 0.5 }

test('secrets of people, devices, gateways and claims are used, rightly and wrongly', async () => {
  secrets['an operator’s password'] = operator.password
  secrets['a session’s token'] = operator.cookie.split('=')[1] ?? ''
  secrets['a wrong password'] = 'wrong-password-6f1d2c'
  secrets['a password in the field of the name'] = 'typed-into-the-name-91ab'
  for (const name of [operator.name, secrets['a password in the field of the name'] ?? '']) {
    expect((await post('/api/session', { name, password: secrets['a wrong password'] })).status).toBe(401)
  }

  const device = await deviceSecret(data, 'cab-1')
  secrets['a device’s secret'] = device
  secrets['a wrong device secret'] = 'wrong-device-secret-5e7a'
  secrets['a device secret in the field of the name'] = 'device-secret-as-a-name-77c0'
  await (await connect('cab-1', device)).endAsync()
  await expect(connect('cab-1', secrets['a wrong device secret'] ?? '')).rejects.toMatchObject({ code: 4 })
  await expect(connect(secrets['a device secret in the field of the name'] ?? '', device)).rejects.toMatchObject({
    code: 4
  })

  const gateway = await deviceSecret(data, 'gateway')
  secrets['a gateway’s secret'] = gateway
  secrets['a wrong gateway secret'] = 'wrong-gateway-secret-0d4b'
  const deliver = (secret: string) => post('/api/webhooks/gateway', reading, { authorization: `Bearer ${secret}` })
  expect((await deliver(gateway)).status).toBe(200)
  expect((await deliver(secrets['a wrong gateway secret'] ?? '')).status).toBe(401)

  const { key } = await operator.post<{ key: string }>('/api/claim-keys', { area: 'centre', domain: 'waste' })
  secrets['a claim key'] = key.split('.')[1] ?? ''
  secrets['a wrong claim key'] = '0badc0de.wrong-claim-key-33'
  const claimed = await post('/api/devices/claim', { key, device: 'bin-77' })
  secrets['a claimed device’s secret'] = ((await claimed.json()) as { secret: string }).secret
  expect((await post('/api/devices/claim', { key: secrets['a wrong claim key'], device: 'bin-78' })).status).toBe(401)
  const rotated = await operator.post<{ secret: string }>('/api/devices/bin-77/rotate', {})
  secrets['a rotated secret'] = rotated.secret

  const command = [
    '--import',
    'tsx',
    join(root, 'packages/server/src/city-brain.ts'),
    'operator',
    'reset',
    operator.name
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [...command, '--data', data], { cwd: root })
  secrets['a password that the command made'] = /Password:?\s+(\S+)/i.exec(stdout)?.[1] ?? ''
  expect(Object.entries(secrets).filter(([, secret]) => secret.length < 16)).toEqual([])
})

test('none of them is in the output or in a file of the data folder, not while it runs and not after it was stopped', async () => {
  expect(leaks()).toEqual([])
  await city.stop()
  expect(leaks()).toEqual([])
  // The search does find what is there: refusals are in the journal, by name.
  expect(filesOf(data).some((file) => readFileSync(file).includes('device-refused'))).toBe(true)
  expect(city.output()).toContain('Connections were refused')
})

test('the first password is told once on the screen and is in no file', () => {
  const password = city.operator?.password ?? ''
  expect(city.output().split(password)).toHaveLength(2)
  expect(filesOf(data).filter((file) => readFileSync(file).includes(password))).toEqual([])
})

test('nobody else on the machine can read what the city wrote, even into a folder that was open to all', () => {
  const open = filesOf(data).filter((file) => (statSync(file).mode & 0o077) !== 0)
  expect(open).toEqual([])
  expect(filesOf(data).length).toBeGreaterThan(3)
})

function leaks(): string[] {
  const files = filesOf(data).map((file) => ({ where: file.slice(data.length), bytes: readFileSync(file) }))
  const all = [{ where: 'the output', bytes: Buffer.from(city.output()) }, ...files]
  return Object.entries(secrets).flatMap(([what, secret]) =>
    all.filter(({ bytes }) => bytes.includes(secret)).map(({ where }) => `${what} is in ${where}`)
  )
}

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
