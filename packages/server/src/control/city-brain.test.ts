import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createDevice } from '../testing/device.ts'
import { createClient, post, signIn, signInFirst, startTinyCity, type TestCity } from '../testing/start-tiny-city.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'

vi.setConfig({ testTimeout: 120_000 })

const command = join(import.meta.dirname, '../city-brain.ts')
let city: TestCity
let folder: ReturnType<typeof temporaryFolder>
beforeAll(async () => {
  folder = temporaryFolder()
  city = await startTinyCity({ data: folder.path })
})
afterAll(async () => {
  await city?.stop()
  folder?.remove()
})

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', command, '--data', folder.path, ...args])
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const [code] = await once(child, 'close')
  return { code, out, err }
}
const found = (text: string, name: string) => new RegExp(`${name}\\s+(\\S+)`).exec(text)?.[1] ?? ''

test('talks to the running city, and opens its files where none runs', async () => {
  expect(statSync(join(folder.path, 'control.sock')).mode & 0o777).toBe(0o600)
  const client = await signInFirst(city)
  const health = await run('health')
  expect(JSON.parse(health.out)).toMatchObject({ status: 'ok', city: 'tiny' })

  const secret = await run('device', 'secret', 'bin-1')
  expect(found(secret.out, 'Secret')).toMatch(/^[0-9a-f]{48}$/)
  const bin = await createDevice(city, 'bin-1')
  await bin.publish('city/centre/waste/bin-1/obs', { dateObserved: 'yesterday', fillingLevel: 0.5 })
  await bin.publish('city/centre/waste/bin-1/obs', 'nonsense')
  await bin.end()
  const letters = await run('dead-letters')
  expect(letters.out.trim().split('\n')).toEqual([
    expect.stringContaining('not-json'),
    expect.stringMatching(/bin-1 {2}city\/centre\/waste\/bin-1\/obs {2}(bad-date|schema) \/dateObserved/)
  ])
  expect((await run('dead-letters', '--code', 'not-json')).out.trim().split('\n')).toHaveLength(1)
  const replayed = await run('dead-letters', 'replay', '--code', 'not-json')
  expect(replayed.out).toContain('rejected  not-json')
  expect(replayed.out).toContain('0 of 1 accepted.')

  const reset = await run('operator', 'reset')
  expect((await client.request('/api/session')).status).toBe(401)
  const again = await signIn(city, 'operator', found(reset.out, 'Password'))
  expect(await again.json('/api/session')).toEqual({ operator: 'operator', mustChangePassword: true })

  await city.stop()
  const offline = await run('operator', 'reset')
  expect(offline.code).toBe(0)
  const offlineSecret = found((await run('device', 'secret', 'bin-1')).out, 'Secret')
  expect(await run('health')).toEqual({ code: 1, out: '', err: 'No city runs on this data folder; this needs one.\n' })

  city = await startTinyCity({ data: folder.path })
  // Told once, on the very first start only.
  expect(city.firstOperator).toBeUndefined()
  const password = found(offline.out, 'Password')
  const answer = await createClient(city).request('/api/session', post({ name: 'operator', password }))
  expect(answer.status).toBe(200)
  expect(offlineSecret).toMatch(/^[0-9a-f]{48}$/)
})

test.each([
  [['dance'], 'There is no command dance.'],
  [['operator', 'reset', 'nobody'], 'There is no operator nobody. There is: operator.'],
  [['device', 'secret'], 'Say which device'],
  [['device', 'secret', 'bin-9'], 'There is no device bin-9.'],
  [['dead-letters', 'replay'], 'Say which'],
  [['dead-letters', '--limit', 'many'], '--limit must be a whole number'],
  [['health', '--colour'], "Unknown option '--colour'"],
  [['health', '--interval', '5', '--anew'], 'health takes no --interval, --anew.'],
  [['dead-letters', 'replay', '--limit', '5'], 'dead-letters replay takes no --limit.'],
  [['import', 'assets', '/no/such.csv'], 'There is no file /no/such.csv.'],
  [['restore', '/no/such'], '/no/such holds no whole backup: there is no backup.json in it.']
])('%j is one clear line', async (args, message) => {
  const { code, out, err } = await run(...args)
  expect(code).toBe(1)
  expect(out).toBe('')
  expect(err).toContain(message)
  expect(err.trim().split('\n')).toHaveLength(1)
})

test('a check of a running city is whole and quotes no lock; one that cannot be made does not say damaged', async () => {
  const { code, out } = await run('journal', 'check')
  expect(out).toContain('Note     The history in DuckDB was not looked at: the running city has it open\n')
  expect([code, out.trim().split('\n').at(-1)]).toEqual([0, 'The journal is whole.'])
  for (const more of [['--data', '/no/such'], ['--anew']]) expect((await run('journal', 'check', ...more)).code).toBe(2)
})
