import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventually } from './testing/eventually.ts'
import { changedCity, temporaryFolder, tinyCity } from './testing/tiny-city.ts'

// Each test starts whole processes, several of them one after the other.
vi.setConfig({ testTimeout: 120_000 })

const main = join(import.meta.dirname, 'main.ts')
let folder: ReturnType<typeof temporaryFolder>
let children: ChildProcess[] = []
beforeEach(() => {
  folder = temporaryFolder()
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  folder.remove()
})

function start(args: string[], env: Record<string, string> = {}, stdio: 'pipe'[] = []) {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', ...stdio],
    env: { ...process.env, ...env }
  })
  children.push(child)
  let [out, err] = ['', '']
  child.stdout?.on('data', (chunk) => {
    out += chunk
  })
  child.stderr?.on('data', (chunk) => {
    err += chunk
  })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  return { child, out: () => out, err: () => err, ended }
}
const tiny = (data: string, ...more: string[]) => [
  '--city',
  tinyCity,
  '--data',
  data,
  '--port',
  '0',
  '--mqtt-port',
  '0',
  '--no-simulate',
  ...more
]
const data = () => join(folder.path, 'data')
const isUp = (city: ReturnType<typeof start>) => eventually(() => expect(city.out()).toContain('is up.'), 60_000)

test('starts, says where to look, stops cleanly, and starts again on the same data', async () => {
  const first = start(tiny(data()))
  await isUp(first)
  expect(first.out()).toMatch(/Map {8}http:\/\/127\.0\.0\.1:\d+\//)
  expect(first.out()).toMatch(/Residents {2}http:\/\/127\.0\.0\.1:\d+\/parking/)
  expect(first.out()).toMatch(/MQTT {7}mqtt:\/\/127\.0\.0\.1:\d+/)
  expect(first.out()).toMatch(/Operator {3}operator\n {2}Password {3}[a-z2-9-]{23}\n/)

  const beside = start(tiny(data()))
  expect(await beside.ended).toEqual([1, null])
  expect(beside.err().trim()).toBe(`Another city runs on the data folder ${data()}. Stop it first.`)

  first.child.kill('SIGINT')
  // As npm passes on the same press of Ctrl-C.
  first.child.kill('SIGINT')
  expect(await first.ended).toEqual([0, null])

  const second = start(tiny(data()))
  await isUp(second)
  expect(second.out()).not.toContain('Password')
  second.child.kill('SIGTERM')
  expect(await second.ended).toEqual([0, null])
})

test('ends when the pipe from whoever started it closes', async () => {
  const city = start(tiny(data()), { CITY_BRAIN_PARENT_PIPE: '3' }, ['pipe'])
  await isUp(city)
  city.child.stdio[3]?.destroy()
  expect(await city.ended).toEqual([0, null])
})

test('ends cleanly when its output goes nowhere any more', async () => {
  const city = start(tiny(data()))
  await isUp(city)
  city.child.stdout?.destroy()
  city.child.stderr?.destroy()
  city.child.kill('SIGHUP')
  expect(await once(city.child, 'exit')).toEqual([0, null])
})

test('a taken port is one line, and the first password is not lost by it', async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  for (const option of ['--port', '--mqtt-port']) {
    const city = start(tiny(data(), option, String(port)))
    expect(await city.ended).toEqual([1, null])
    expect(city.err().trim()).toBe(`Port ${port} is taken by another program. Choose another with ${option} N.`)
  }
  server.close()
  const city = start(tiny(data()))
  await isUp(city)
  expect(city.out()).toContain('Password')
})

test.each([
  ['an unknown option', () => ['--colour'], /^There is no option --colour\./],
  ['a city that is not there', () => ['--city', '/nowhere'], /^There is no city in \/nowhere/],
  [
    'a data folder that is a file',
    () => {
      writeFileSync(data(), '')
      return tiny(data())
    },
    /^The data folder .* cannot be used: there is a file of that name\./
  ],
  ['a data folder below a file', () => tiny(join(main, 'data')), /cannot be used: a part of the path is a file\./]
])('%s is one line', async (_name, args, message) => {
  const city = start(args())
  expect(await city.ended).toEqual([1, null])
  expect(city.out()).toBe('')
  expect(city.err()).toMatch(message)
  expect(city.err().trim().split('\n')).toHaveLength(1)
})

test.skipIf(process.getuid?.() === 0)('a data folder that may not be written is one line', async () => {
  mkdirSync(data())
  chmodSync(data(), 0o500)
  const city = start(tiny(data()))
  expect(await city.ended).toEqual([1, null])
  expect(city.err()).toMatch(/you may not write there\.\n$/)
})

test('a wrong city never starts, and all of its faults are told at once', async () => {
  const city = changedCity(folder.path, { 'city.yaml': 'id: tiny\n', 'feeds/lora.yaml': 'feed: lora\n' })
  const started = start(['--city', city, '--data', data(), '--port', '0', '--mqtt-port', '0', '--no-simulate'])
  expect(await started.ended).toEqual([1, null])
  expect(started.err()).toMatch(/^The city in .* has \d+ problems:\n {2}city\.yaml:1:1 \/name: is missing\n/)
  expect(started.err()).toContain('feeds/lora.yaml')
  expect(started.err()).not.toContain('    at ')
})

test('--help is the options', async () => {
  const help = start(['--help'])
  expect(await help.ended).toEqual([0, null])
  expect(help.out()).toContain('--mqtt-port N')
})
