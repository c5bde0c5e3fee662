import { type DeadLetter, errorCatalogue, type Reading, readingTypes, telemetrySchemas } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPipelineRunner, type PipelineRun } from '../testing/run-pipeline.ts'
import { dateAttributes } from './date-attributes.ts'
import { gapAfter, maxClockAhead } from './normalise.ts'

const start = Date.UTC(2026, 4, 4, 8)
const at = (milliseconds: number) => new Date(start + milliseconds).toISOString()
const detector = 'city/lumen/traffic/det-1/obs'
const bin = 'city/lumen/waste/bin-1/obs'
const park = 'city/lumen/parking/park-1/obs'
const hour = 3_600_000

const readingsOf = ({ drafts }: PipelineRun) =>
  drafts.flatMap((draft) => (draft.kind === 'reading' ? [draft.payload as Reading] : []))
const lettersOf = ({ drafts }: PipelineRun) =>
  drafts.flatMap((draft) => (draft.kind === 'dead-letter' ? [draft.payload as DeadLetter] : []))
const flagsOf = (run: PipelineRun) => readingsOf(run).map(({ flags }) => flags)
const faultOf = (run: PipelineRun) => lettersOf(run).map(({ code, path }) => `${code} ${path ?? ''}`.trim())

test('older than the entity’s newest is late; the same time is not', () => {
  const run = createPipelineRunner()
  expect(flagsOf(run('det-1', detector, { dateObserved: at(0), intensity: 1 }))).toEqual([undefined])
  expect(flagsOf(run('det-1', detector, { dateObserved: at(0), intensity: 2 }))).toEqual([undefined])
  expect(flagsOf(run('det-1', detector, { dateObserved: at(-1), intensity: 3 }))).toEqual([['late']])
  // Whoever reports it: lateness is the entity's.
  expect(
    flagsOf(run('unit-7', 'city/lumen/traffic/unit-7/obs', { id: 'det-1', dateObserved: at(-2), intensity: 3 }))
  ).toEqual([['late']])
})

test('a gap is more than 24 h after the reading before, and not before the first', () => {
  const run = createPipelineRunner()
  const flags = [0, 24 * hour, 48 * hour + 1, 48 * hour].map((after) =>
    flagsOf(run('bin-1', bin, { dateObserved: at(after - 48 * hour), fillingLevel: 0.5 }))
  )
  expect(flags).toEqual([[undefined], [undefined], [['gap']], [['late']]])
  expect(gapAfter).toBe(24 * hour)
})

test('more free or occupied spaces than there are is flagged, by the site or by the reading', () => {
  const run = createPipelineRunner()
  let second = 0
  const flags = (values: object) => flagsOf(run('park-1', park, { dateObserved: at(second++ * 1_000), ...values }))[0]
  expect(flags({ availableSpotNumber: 100 })).toBeUndefined()
  expect(flags({ availableSpotNumber: 101 })).toEqual(['above-capacity'])
  expect(flags({ occupiedSpotNumber: 101 })).toEqual(['above-capacity'])
  expect(flags({ availableSpotNumber: 60, totalSpotNumber: 50 })).toEqual(['above-capacity'])
  expect(flags({ availableSpotNumber: 50, totalSpotNumber: 50 })).toBeUndefined()
  // Never clipped.
  expect(readingsOf(run('park-1', park, { dateObserved: at(99_000), availableSpotNumber: 180 }))[0]?.values).toEqual({
    availableSpotNumber: 180
  })
})

test('a backfill source is never late, and its gaps are its own', () => {
  const run = createPipelineRunner()
  const old = 'city/lumen/parking/old-1/obs'
  run('park-1', park, { dateObserved: at(0), availableSpotNumber: 5 })
  const past = run('old-1', old, { id: 'park-1', dateObserved: at(-30 * hour), availableSpotNumber: 6 })
  expect(readingsOf(past)).toEqual([
    { type: 'OffStreetParking', dateObserved: at(-30 * hour), values: { availableSpotNumber: 6 }, backfill: true }
  ])
  expect(flagsOf(run('old-1', old, { id: 'park-1', dateObserved: at(-31 * hour), availableSpotNumber: 7 }))).toEqual([
    undefined
  ])
  expect(flagsOf(run('old-1', old, { id: 'park-1', dateObserved: at(-5 * hour), availableSpotNumber: 8 }))).toEqual([
    ['gap']
  ])
  expect(flagsOf(run('park-1', park, { dateObserved: at(20 * hour), availableSpotNumber: 9 }))).toEqual([undefined])
})

test('a clock may be ahead by two minutes, and no further', () => {
  const clock = { now: () => start, monotonic: () => 0 }
  const run = createPipelineRunner({ clock })
  expect(flagsOf(run('det-1', detector, { dateObserved: at(maxClockAhead), intensity: 1 }))).toEqual([undefined])
  expect(faultOf(run('det-1', detector, { dateObserved: at(maxClockAhead + 1), intensity: 1 }))).toEqual([
    'clock-ahead /dateObserved'
  ])
  // What was refused has made nothing late.
  expect(flagsOf(run('det-1', detector, { dateObserved: at(maxClockAhead), intensity: 2 }))).toEqual([undefined])
})

test.each<[string, unknown, string]>([
  ['no JSON', 'x{', 'not-json'],
  ['nothing', '', 'not-json'],
  ['a byte order mark', '\ufeff{}', 'not-json'],
  ['no object', '3', 'schema'],
  ['an empty list', '[]', 'schema'],
  ['an unknown attribute', { dateObserved: at(0), temprature: 3 }, 'schema /temprature'],
  ['a missing date', { fillingLevel: 0.3 }, 'schema /dateObserved'],
  ['a percentage', { dateObserved: at(0), fillingLevel: 82 }, 'schema /fillingLevel'],
  ['a date without a zone', { dateObserved: '2026-05-04T08:00:00.0', fillingLevel: 0.3 }, 'bad-date /dateObserved'],
  ['a date that is none at all', { dateObserved: 'x', fillingLevel: 0.3 }, 'bad-date /dateObserved'],
  ['an endless date', { dateObserved: '2'.repeat(200), fillingLevel: 0.3 }, 'bad-date /dateObserved'],
  ['a number for a date', { dateObserved: 1_777_881_600, fillingLevel: 0.3 }, 'schema /dateObserved'],
  ['a second date that is none at all', { dateObserved: at(0), dateLastEmptying: '' }, 'bad-date /dateLastEmptying'],
  ['31 June', { dateObserved: '2026-06-31T08:00:00Z', fillingLevel: 0.3 }, 'bad-date /dateObserved'],
  [
    'a bad second date',
    { dateObserved: at(0), dateLastEmptying: '2026-05-04 at eight o’clock' },
    'bad-date /dateLastEmptying'
  ],
  ['a type of another kind', { type: 'ParkingSpot', dateObserved: at(0), status: 'free' }, 'schema /type'],
  ['a type that nobody knows', { type: 'Weather', dateObserved: at(0) }, 'unknown-type /type'],
  ['a prototype', '{"dateObserved":"2026-05-04T08:00:00Z","__proto__":{"a":1}}', 'forbidden-key /__proto__'],
  ['a constructor deep down', { a: [{ constructor: 1 }] }, 'forbidden-key /a/0/constructor'],
  ['a number as id', { id: 7, dateObserved: at(0) }, 'schema /id'],
  ['an entity that is not there', { id: 'bin-77', dateObserved: at(0) }, 'unknown-entity /id'],
  ['an entity of another', { id: 'bin-2', dateObserved: at(0) }, 'not-authorised /id'],
  ['an intersection', { id: 'int-1', dateObserved: at(0) }, 'not-authorised /id']
])('%s is a dead letter with code and place', (_, payload, fault) => {
  const result = createPipelineRunner()('bin-1', bin, payload as string)
  expect(faultOf(result)).toEqual([fault])
  expect(result.tally).toEqual({ accepted: 0, rejected: 1, duplicate: 0 })
})

test('depth, size and number are bounded', () => {
  const run = createPipelineRunner()
  expect(faultOf(run('bin-1', bin, '['.repeat(30_000)))).toEqual(['not-json'])
  expect(faultOf(run('bin-1', bin, '['.repeat(30_000) + ']'.repeat(30_000)))[0]).toMatch(/^too-deep/)
  expect(faultOf(run('bin-1', bin, `[${Array(1_001).fill('1').join()}]`))).toEqual(['too-many-readings'])
  expect(run('bin-1', bin, `[${Array(1_000).fill('1').join()}]`).tally.rejected).toBe(1_000)
  expect(faultOf(run('bin-1', bin, new Uint8Array([0x22, 0xff, 0x22])))).toEqual(['not-utf8'])
})

test('observationDateTime is another name of dateObserved, where the type has it', () => {
  const run = createPipelineRunner()
  expect(
    readingsOf(run('park-1', park, { observationDateTime: '2026-05-04T10:00:00+02:00', availableSpotNumber: 3 }))
  ).toEqual([{ type: 'OffStreetParking', dateObserved: at(0), values: { availableSpotNumber: 3 } }])
  expect(
    flagsOf(run('park-1', park, { observationDateTime: at(1), dateObserved: at(1), availableSpotNumber: 3 }))
  ).toEqual([undefined])
  expect(
    faultOf(run('park-1', park, { observationDateTime: at(1), dateObserved: at(2), availableSpotNumber: 3 }))
  ).toEqual(['schema /observationDateTime'])
  expect(faultOf(run('bin-1', bin, { observationDateTime: at(1), fillingLevel: 0.3 }))[0]).toMatch(/^schema/)
})

test('other dates are written in UTC too', () => {
  const [reading] = readingsOf(
    createPipelineRunner()('bin-1', bin, { dateObserved: at(0), dateLastEmptying: '2026-05-03T10:00:00+02:00' })
  )
  expect(reading?.values).toEqual({ dateLastEmptying: '2026-05-03T08:00:00.000Z' })
})

test('the list of date attributes is that of the schemas', () => {
  const bounds = telemetrySchemas.WasteContainer.properties.dateObserved as unknown as {
    minLength: number
    maxLength: number
  }
  for (const type of readingTypes) {
    const properties = telemetrySchemas[type].properties as unknown as Record<string, typeof bounds>
    const instants = Object.keys(properties).filter(
      (name) => properties[name]?.minLength === bounds.minLength && properties[name]?.maxLength === bounds.maxLength
    )
    expect(instants.filter((name) => name !== 'dateObserved').sort()).toEqual([...dateAttributes[type]].sort())
  }
})

test('a gateway without a feed says type and id', () => {
  const run = createPipelineRunner()
  const topic = 'lorawan/lumen/x/up'
  expect(faultOf(run('lora', topic, { dateObserved: at(0), fillingLevel: 0.4 }))).toEqual(['no-feed topic'])
  expect(faultOf(run('lora', topic, { type: 'WasteContainer', dateObserved: at(0), fillingLevel: 0.4 }))).toEqual([
    'schema /id'
  ])
  expect(faultOf(run('lora', topic, { type: 'WasteContainer', id: 'det-1', dateObserved: at(0) }))).toEqual([
    'not-authorised /id'
  ])
  expect(
    readingsOf(run('lora', topic, { type: 'WasteContainer', id: 'bin-2', dateObserved: at(0), fillingLevel: 0.4 }))
  ).toHaveLength(1)
})

test('a repeat of what was rejected is a repeat, but a thousand messages later it is new', () => {
  const run = createPipelineRunner()
  expect(run('bin-1', bin, 'x').tally.rejected).toBe(1)
  expect(run('bin-1', bin, 'x').tally.duplicate).toBe(1)
  for (let i = 0; i < 1_000; i++) run('bin-1', bin, { dateObserved: at(i), fillingLevel: 0.5 })
  expect(run('bin-1', bin, 'x').tally.rejected).toBe(1)
})

const anyPayload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json({ maxDepth: 5 }),
  fc
    .record(
      { id: fc.anything(), type: fc.anything(), dateObserved: fc.anything(), intensity: fc.anything() },
      { requiredKeys: [] }
    )
    .map((value) => JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}` : inner)) ?? ''),
  fc
    .array(fc.record({ dateObserved: fc.constantFrom(at(0), 'soon'), intensity: fc.integer() }))
    .map((list) => JSON.stringify(list))
)
const anyTopic = fc.oneof(
  fc.constant(detector),
  fc.constantFrom('status', 'ack', 'spat').map((channel) => `city/lumen/traffic/det-1/${channel}`),
  fc.string()
)

test('whatever a device sends: no step throws, every fault has a code of the catalogue, every reading one fate', () => {
  const run = createPipelineRunner()
  fc.assert(
    fc.property(anyTopic, anyPayload, (topic, payload) => {
      const result = run('det-1', topic, payload)
      const { accepted, rejected, duplicate } = result.tally
      expect(readingsOf(result)).toHaveLength(accepted)
      for (const letter of lettersOf(result)) {
        expect(letter.code in errorCatalogue).toBe(true)
        expect(letter.message.length).toBeGreaterThan(0)
      }
      const wrongTopic = result.message.fault?.code === 'wrong-topic'
      if (!wrongTopic) expect(lettersOf(result)).toHaveLength(rejected)
      expect(duplicate === 0 || (accepted === 0 && rejected === 0)).toBe(true)
      const control = result.drafts.filter(({ kind }) => kind === 'status' || kind === 'ack' || kind === 'spat').length
      expect(accepted + rejected + duplicate + control).toBeGreaterThanOrEqual(1)
    }),
    { numRuns: 3_000 }
  )
})
