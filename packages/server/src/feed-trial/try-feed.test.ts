import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '@city-brain/model'
import { expect, test } from 'vitest'
import { tinyCity } from '../testing/tiny-city.ts'
import { tryFeed } from './try-feed.ts'

const example = resolve(import.meta.dirname, '../../../../cities/examples/lorawan')
const tinyFeed = join(tinyCity, 'feeds/lora.yaml')

async function run(file: string, lines: string[], given: { topic?: string; city?: string } = {}) {
  const printed: string[] = []
  async function* each() {
    yield* lines
  }
  const ok = await tryFeed({ file, ...given, lines: each(), clock: systemClock, print: (line) => printed.push(line) })
  return { ok, printed }
}
const sampleLines = (name: string) => readFileSync(join(example, 'samples', name), 'utf8').split('\n')
const uplink = (change: object) => JSON.stringify({ name: 'bin-1', time: '2026-05-04T08:15:01Z', fill: 82, ...change })

test.each([
  [
    'the-things-stack-decoded',
    '5 messages: 3 readings, 0 failed, 1 passed over, 1 repeats.',
    'bin-101  WasteContainer  2026-05-04T12:00:01.700Z  {"fillingLevel":0.47,"temperature":21,"batteryLevel":0.97,"rssi":-86,"status":"lidOpen"}  frame 5 of 70B3D57ED0051A01, 2 lost  by tts'
  ],
  [
    'the-things-stack-bytes',
    '3 messages: 3 readings, 0 failed, 0 passed over, 0 repeats.',
    'bin-102  WasteContainer  2026-05-04T12:10:12.300Z  {"fillingLevel":0.7,"temperature":1.2,"batteryLevel":0.7913385826771654,"rssi":-97,"status":"ok"}  frame 315 of 70B3D57ED0051A02, 2 lost  by tts'
  ],
  [
    'chirpstack-decoded',
    '4 messages: 2 readings, 0 failed, 1 passed over, 1 repeats.',
    'bin-201  WasteContainer  2026-05-04T11:05:15.702Z  {"fillingLevel":0.15,"temperature":19,"batteryLevel":0.88,"rssi":-75,"status":"lidOpen"}  frame 4213 of a84041b7c1841c01, 2 lost  by chirpstack'
  ],
  [
    'chirpstack-bytes',
    '3 messages: 3 readings, 0 failed, 0 passed over, 0 repeats.',
    'bin-202  WasteContainer  2026-05-04T10:20:44.098Z  {"fillingLevel":0.03,"temperature":18,"batteryLevel":0.49606299212598426,"rssi":-92,"status":"lidOpen"}  frame 1 of a84041b7c1841c02, 0 lost  by chirpstack'
  ]
])('the example %s does what its samples show', async (name, summary, last) => {
  const { ok, printed } = await run(join(example, 'feeds', `${name}.yaml`), sampleLines(`${name}.jsonl`), {
    city: example
  })
  expect(printed.at(-1)).toBe(summary)
  expect(printed.at(-2)).toContain(last)
  expect(ok).toBe(true)
})

test('without a city every entity exists; what the feed cannot map fails with its path', async () => {
  const { ok, printed } = await run(
    tinyFeed,
    [uplink({ name: 'anything' }), uplink({ fill: 'much' }), uplink({ fill: 120 }), uplink({ name: 'No id' }), '{', ''],
    { topic: 'lorawan/a/up' }
  )
  expect(ok).toBe(false)
  expect(printed).toEqual([
    '1  lorawan/a/up  anything  WasteContainer  2026-05-04T08:15:01.000Z  {"fillingLevel":0.82}',
    expect.stringMatching(/^2 {2}lorawan\/a\/up {2}FAULT {2}feed-failed \/attributes\/fillingLevel feed lora: /),
    expect.stringMatching(/^3 {2}lorawan\/a\/up {2}FAULT {2}schema \/attributes\/fillingLevel must be <= 1/),
    '4  lorawan/a/up  FAULT  unknown-entity /entity no entity "No id" is registered',
    expect.stringMatching(/^5 {2}lorawan\/a\/up {2}FAULT {2}not-json must be JSON/),
    '5 messages: 1 readings, 4 failed, 0 passed over, 0 repeats.'
  ])
})

test('with a city its registry decides who may publish where and report what', async () => {
  const line = (topic: string, name: string) => JSON.stringify({ topic, payload: JSON.parse(uplink({ name })) })
  const { printed } = await run(
    tinyFeed,
    [
      line('lorawan/a/up', 'bin-1'),
      line('lorawan/a/up', 'bin-9'),
      line('lorawan/a/up', 'det-1'),
      line('x/a/up', 'bin-1')
    ],
    { city: tinyCity }
  )
  expect(printed).toEqual([
    expect.stringMatching(/^1 .*"fillingLevel":0.82.* by lora$/),
    '2  lorawan/a/up  FAULT  unknown-entity /entity no entity "bin-9" is registered  by lora',
    '3  lorawan/a/up  FAULT  not-authorised /entity lora may not report det-1  by lora',
    '4  x/a/up  FAULT  no-feed topic the feed maps lorawan/+/up, not x/a/up',
    '4 messages: 1 readings, 3 failed, 0 passed over, 0 repeats.'
  ])
  const { printed: stranger } = await run(join(example, 'feeds/chirpstack-bytes.yaml'), [uplink({})], {
    topic: 'webhook/chirpstack/up',
    city: tinyCity
  })
  expect(stranger[0]).toBe(
    '1  webhook/chirpstack/up  FAULT  wrong-topic topic nobody in devices.yaml may publish on webhook/chirpstack/up'
  )
})

test('a line without a topic, no line, and a file that cannot be used are said', async () => {
  expect((await run(tinyFeed, [uplink({})])).printed[0]).toMatch(/^1 {2}FAULT {2}the line has no topic/)
  await expect(run(tinyFeed, [' '])).rejects.toThrow('There are no messages on standard input.')
  await expect(run(join(tinyCity, 'nothing.yaml'), [])).rejects.toThrow(/nothing\.yaml cannot be read \(ENOENT\)/)
  await expect(run(join(tinyCity, 'city.yaml'), [])).rejects.toThrow(/city\.yaml:1:1 \/feed: is missing/)
})
