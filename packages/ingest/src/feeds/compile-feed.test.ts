import { formatProblem, parseYamlDocument } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPipelineRunner } from '../testing/run-pipeline.ts'
import { compileFeed } from './compile-feed.ts'
import type { CompiledFeed } from './compiled-feed.ts'

const lorawan = `
feed: lorawan
topic: lorawan/lumen/+/up
type: WasteContainer
when: payload.fPort == 2
entity: topic[2].lowerAscii()
dateObserved: payload.rxInfo[0].time
attributes:
  fillingLevel: payload.object.fill / 100
  temperature: payload.object.temp
  status: >-
    payload.object.tilt ? "dropped" : "ok"
  batteryLevel: |
    fromBase64(payload.data).unsigned(0, 1)
      / 255
`
const dresden = `
feed: parking
topic: parking/+/+
each: payload.lots
type: OffStreetParking
when: payload.state != "nodata"
entity: |
  topic[1] + "-" + payload.id
dateObserved: instant(payload.seconds * 1000)
attributes:
  availableSpotNumber: payload.free
  status: '[payload.state]'
`.replace("'[payload.state]'", '|\n    [payload.state]')

function compiled(text: string): CompiledFeed {
  const { feed, problems } = compileFeed(parseYamlDocument('feeds/test.yaml', text))
  expect(problems).toEqual([])
  if (feed === undefined) throw new Error('no feed')
  return feed
}
const problemsOf = (text: string) => compileFeed(parseYamlDocument('feeds/test.yaml', text)).problems.map(formatProblem)

const uplink = {
  fPort: 2,
  rxInfo: [{ time: '2026-05-04T08:15:01.5Z' }],
  object: { fill: 82, temp: 21.5, tilt: false },
  data: Buffer.from([51, 1]).toString('base64')
}
const topic = ['lorawan', 'lumen', 'BIN-1', 'up']
const receivedAt = '2026-05-04T08:15:02.000Z'

test('a feed makes a reading of the vocabulary', () => {
  expect(compiled(lorawan).map(uplink, topic, receivedAt)).toEqual({
    kind: 'one',
    record: {
      record: {
        type: 'WasteContainer',
        id: 'bin-1',
        dateObserved: '2026-05-04T08:15:01.5Z',
        fillingLevel: 0.82,
        temperature: 21.5,
        status: 'ok',
        batteryLevel: 0.2
      }
    }
  })
})

test('packed frames: integers of both byte orders, bits, and faults beyond their end', () => {
  const bytes = Buffer.from([0x01, 0xff, 0x02, 0x80, 0b101])
  const value = (expression: string) => {
    const text = lorawan.replace('payload.object.temp\n', `${expression}\n`)
    const mapped = compiled(text).map({ ...uplink, data: bytes.toString('base64') }, topic, receivedAt)
    if (mapped.kind !== 'one') throw new Error(mapped.kind)
    return mapped.record.fault ?? mapped.record.record?.temperature
  }
  expect(value('fromBase64(payload.data).unsigned(0, 2)')).toBe(0x01ff)
  expect(value('fromBase64(payload.data).unsignedLittle(0, 2)')).toBe(0xff01)
  expect(value('fromBase64(payload.data).signedLittle(2, 2) / 10')).toBe(-3_276.6)
  expect(value('fromBase64(payload.data).signed(1, 1)')).toBe(-1)
  expect(value('fromBase64(payload.data).bit(4, 2)')).toBe(true)
  expect(value('fromBase64(payload.data).bit(4, 1)')).toBe(false)
  expect(value('size(fromBase64(payload.data))')).toBe(5)
  expect(value('fromBase64(payload.data).hex()')).toBe('01ff028005')
  expect(value('fromHex("01ff").unsignedLittle(0, 2)')).toBe(0xff01)
  const path = '/attributes/temperature'
  expect(value('fromBase64(payload.data).unsigned(4, 2)')).toEqual({ path, message: 'no 2 bytes at 4 of 5' })
  expect(value('fromBase64(payload.data).unsignedLittle(0, 7)')).toMatchObject({
    path,
    message: expect.stringMatching(/1 to 6 bytes/)
  })
  expect(value('fromBase64(payload.data).bit(5, 0)')).toMatchObject({ path, message: 'no 1 bytes at 5 of 5' })
  expect(value('fromBase64(payload.data).bit(0, 8)')).toMatchObject({ path, message: expect.stringMatching(/0 to 7/) })
  expect(value('fromBase64("AAAAA").unsigned(0, 1)')).toMatchObject({ path, message: 'fromBase64(): not base64' })
  expect(value('fromHex("0").unsigned(0, 1)')).toMatchObject({ path, message: 'fromHex(): not hexadecimal' })
})

const framed = `${lorawan}frame:
  device: payload.deviceInfo.devEui
  counter: |
    has(payload.fCnt) ? payload.fCnt : 0
`

test('a frame counter is found also where the message is passed over or at fault', () => {
  const feed = compiled(framed)
  const sent = { ...uplink, deviceInfo: { devEui: 'a84041' }, fCnt: 41 }
  const frame = { device: 'a84041', counter: 41, date: Date.parse('2026-05-04T08:15:01.500Z') }
  expect(feed.map(sent, topic, receivedAt)).toMatchObject({ kind: 'one', frame })
  expect(feed.map({ ...sent, fPort: 0 }, topic, receivedAt)).toEqual({ kind: 'ignored', frame })
  const { fCnt: _, ...first } = sent
  expect(feed.map(first, topic, receivedAt).frame).toMatchObject({ counter: 0 })
  expect(feed.map({ ...sent, rxInfo: [] }, topic, receivedAt)).toMatchObject({
    record: { fault: { path: '/dateObserved' } },
    frame: { device: 'a84041', counter: 41, date: Number.NaN }
  })
  // A message that bears none is no fault.
  expect(feed.map(uplink, topic, receivedAt)).not.toHaveProperty('frame')
  const wrong = (change: object) => feed.map({ ...sent, ...change }, topic, receivedAt)
  expect(wrong({ fCnt: -1 })).toMatchObject({ kind: 'fault', path: '/frame/counter' })
  expect(wrong({ fCnt: 0.5 })).toMatchObject({ kind: 'fault', path: '/frame/counter' })
  expect(wrong({ fCnt: 'many' })).toMatchObject({ kind: 'fault', path: '/frame/counter' })
  expect(wrong({ deviceInfo: { devEui: '' } })).toMatchObject({ kind: 'fault', path: '/frame/device' })
})

test('with a frame counter the date must be that of the frame', () => {
  const [problem] = problemsOf(framed.replace('dateObserved: payload.rxInfo[0].time', 'dateObserved: receivedAt'))
  expect(problem).toMatch(/^feeds\/test\.yaml:7:\d+ \/dateObserved: with frame it must come from the payload/)
})

test('an absent field leaves its attribute absent; what is not meant is passed over', () => {
  const feed = compiled(lorawan)
  const { data: _, ...noData } = { ...uplink, object: { fill: 82, tilt: false } }
  const mapped = feed.map(noData, topic, receivedAt)
  expect(mapped).toMatchObject({ kind: 'one', record: { record: { fillingLevel: 0.82 } } })
  expect(JSON.stringify(mapped)).not.toMatch(/temperature|batteryLevel/)
  expect(feed.map({ ...uplink, fPort: 1 }, topic, receivedAt)).toEqual({ kind: 'ignored' })
  expect(feed.map({}, topic, receivedAt)).toEqual({ kind: 'ignored' })
})

test('what fails is a fault that names the expression', () => {
  const feed = compiled(lorawan)
  const faultOf = (payload: unknown) => {
    const mapped = feed.map(payload, topic, receivedAt)
    return mapped.kind === 'one' ? mapped.record.fault?.path : mapped.kind === 'fault' ? mapped.path : undefined
  }
  expect(faultOf({ ...uplink, rxInfo: [] })).toBe('/dateObserved')
  expect(faultOf({ ...uplink, object: { fill: 'much', tilt: false } })).toBe('/attributes/fillingLevel')
  expect(faultOf({ ...uplink, data: '§' })).toBe('/attributes/batteryLevel')
  expect(faultOf({ ...uplink, object: { fill: { a: 1 }, tilt: false } })).toBe('/attributes/fillingLevel')
})

test('each makes several, with their places in the list', () => {
  const lots = [
    { id: 'a', free: 3, seconds: 1_777_881_600, state: 'open' },
    { id: 'b', state: 'nodata' },
    { id: 'c', free: 'few', seconds: 'now', state: 'open' }
  ]
  expect(compiled(dresden).map({ lots }, ['parking', 'dresden', 'x'], receivedAt)).toMatchObject({
    kind: 'several',
    records: [
      {
        index: 0,
        record: {
          record: {
            id: 'dresden-a',
            availableSpotNumber: 3,
            dateObserved: '2026-05-04T08:00:00.000Z',
            status: ['open']
          }
        }
      },
      { index: 2, record: { fault: { path: '/dateObserved' } } }
    ]
  })
  expect(compiled(dresden).map({}, ['parking', 'dresden', 'x'], receivedAt)).toMatchObject({
    kind: 'fault',
    path: '/each'
  })
  expect(compiled(dresden).map({ lots: 3 }, ['parking', 'dresden', 'x'], receivedAt)).toMatchObject({
    kind: 'fault',
    path: '/each'
  })
})

test('numbers of a payload and integer literals mix as people expect', () => {
  const value = (expression: string) => {
    const mapped = compiled(lorawan.replace('payload.object.temp\n', `${expression}\n`)).map(uplink, topic, receivedAt)
    return mapped.kind === 'one' ? mapped.record.record?.temperature : mapped
  }
  expect(value('(100 - payload.object.fill) / 4')).toBe(4.5)
  expect(value('payload.object.fill % 7 + 1')).toBe(6)
  expect(value('2 * payload.object.temp - 1.5')).toBe(41.5)
  expect(value('round(payload.object.temp)')).toBe(22)
  expect(value('fromHex("fffe").signed(0, 2)')).toBe(-2)
  expect(value('7 / 2')).toBe(3)
})

test.each<[string, (text: string) => string, string]>([
  [
    'an unknown variable',
    (text) => text.replace('payload.object.fill /', 'paylod.object.fill /'),
    'feeds/test.yaml:9:17 /attributes/fillingLevel: Unknown variable: paylod'
  ],
  [
    'a fault of syntax in a block',
    (text) => text.replace('/ 255', '/ / 255'),
    'feeds/test.yaml:15:9 /attributes/batteryLevel: '
  ],
  [
    'a wrong type',
    (text) => text.replace('when: payload.fPort == 2', 'when: receivedAt'),
    'feeds/test.yaml:5:7 /when: yields string, but true or false is needed'
  ],
  [
    'a wrong overload',
    (text) => text.replace('topic[2].lowerAscii()', 'topic[2] + 1'),
    'feeds/test.yaml:6:9 /entity: no such overload: string + int'
  ],
  [
    'matches()',
    (text) => text.replace('payload.fPort == 2', 'receivedAt.matches("(a+)+$")'),
    'feeds/test.yaml:5:7 /when: matches() is not available; use startsWith, endsWith, contains or =='
  ],
  [
    'quotes',
    (text) => text.replace('topic[2].lowerAscii()', '"topic[2]"'),
    'feeds/test.yaml:6:9 /entity: write the expression plain or as a block (|), not in quotes'
  ],
  [
    'an attribute of another type',
    (text) => text.replace('fillingLevel:', 'intensity:'),
    'feeds/test.yaml:9:14 /attributes/intensity: WasteContainer has no attribute intensity'
  ],
  [
    'a routing attribute',
    (text) => text.replace('fillingLevel:', 'dateObserved:'),
    'feeds/test.yaml:9:17 /attributes/dateObserved: WasteContainer has no attribute dateObserved'
  ],
  [
    'a wrong filter',
    (text) => text.replace('lorawan/lumen/+/up', 'lorawan/lumen+/up'),
    'feeds/test.yaml:3:8 /topic: "lumen+" is no level of an MQTT topic filter'
  ],
  ['a missing field', (text) => text.replace(/entity: .*\n/, ''), 'feeds/test.yaml:1:1 /entity: is missing']
])('%s is a problem with its place', (_, change, problem) => {
  const problems = problemsOf(change(lorawan))
  expect(problems.some((each) => each.startsWith(problem)) ? problem : problems).toBe(problem)
})

test('every problem is reported together', () => {
  expect(problemsOf(lorawan.replaceAll('payload.', 'paylod.'))).toHaveLength(6)
})

test('through the pipeline: faults of mapped readings name the expression', () => {
  const run = createPipelineRunner({ feeds: [compiled(lorawan)] })
  const good = run('lora', 'lorawan/lumen/BIN-1/up', uplink)
  expect(good.drafts).toMatchObject([
    { kind: 'reading', entity: 'bin-1', source: 'lora', payload: { values: { fillingLevel: 0.82 } } }
  ])
  const over = run('lora', 'lorawan/lumen/bin-2/up', { ...uplink, object: { fill: 120, tilt: true } })
  expect(over.drafts).toMatchObject([
    { kind: 'dead-letter', payload: { code: 'schema', path: '/attributes/fillingLevel' } }
  ])
  const unknown = run('lora', 'lorawan/lumen/bin-9/up', uplink)
  expect(unknown.drafts).toMatchObject([{ kind: 'dead-letter', payload: { code: 'unknown-entity', path: '/entity' } }])
  const ignored = run('lora', 'lorawan/lumen/bin-1/up', { fPort: 1 })
  expect(ignored).toMatchObject({ drafts: [], tally: { accepted: 0, rejected: 0, duplicate: 0 } })
})

test('whatever the payload, a feed does not throw', () => {
  const feeds = [compiled(lorawan), compiled(dresden)]
  const loose = fc.record(
    {
      fPort: fc.constantFrom(2, 1, '2'),
      rxInfo: fc.anything(),
      object: fc.anything(),
      data: fc.anything(),
      lots: fc.array(fc.anything())
    },
    { requiredKeys: [] }
  )
  fc.assert(
    fc.property(fc.oneof(loose, fc.jsonValue()), (payload) => {
      const json: unknown = JSON.parse(
        JSON.stringify(payload, (_, inner) => (typeof inner === 'bigint' ? 0 : inner)) ?? 'null'
      )
      for (const feed of feeds) feed.map(json, topic, receivedAt)
    }),
    { numRuns: 2_000 }
  )
})
