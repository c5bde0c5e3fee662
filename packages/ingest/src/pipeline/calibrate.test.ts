import { parseYamlDocument } from '@city-brain/model'
import { expect, test } from 'vitest'
import { compileFeed } from '../feeds/compile-feed.ts'
import { createPipelineRunner } from '../testing/run-pipeline.ts'
import { testAssets, testRegister } from '../testing/test-city.ts'
import { calibrate } from './calibrate.ts'

const sensor = { distanceEmpty: 160, distanceFull: 20 }

test.each([
  [160, 0],
  [20, 1],
  [90, 0.5],
  [55, 0.75],
  // Up to a tenth of the range (14 cm) beyond either end.
  [174, 0],
  [6, 1]
])('at %d cm the level is %d', (distance, level) => {
  expect(calibrate(distance, sensor)).toBe(level)
})

test.each([174.1, 5.9, 0, 2_000, Number.NaN])('%d cm mean nothing', (distance) => {
  expect(calibrate(distance, sensor)).toBeUndefined()
})

const calibrated = {
  ...testAssets,
  features: testAssets.features.map((asset) =>
    asset.id === 'bin-1' && asset.properties.kind === 'container'
      ? { ...asset, properties: { ...asset.properties, sensor } }
      : asset
  )
}
const run = createPipelineRunner({ assets: calibrated, register: testRegister })
const dateObserved = '2026-05-04T08:15:01.000Z'
const payloadOf = (attributes: object, device = 'bin-1') =>
  run(device, `city/lumen/waste/${device}/obs`, { dateObserved, ...attributes }).drafts[0]?.payload

test('a reading with a distance gets the filling level of its own container, and keeps the distance', () => {
  expect(payloadOf({ distance: 90 })).toEqual({
    type: 'WasteContainer',
    dateObserved,
    values: { distance: 90, fillingLevel: 0.5 }
  })
})

test('what the sensor says itself is not computed', () => {
  expect(payloadOf({ distance: 90, fillingLevel: 0.7 })).toMatchObject({ values: { distance: 90, fillingLevel: 0.7 } })
  expect(payloadOf({ fillingLevel: 0.7 })).toMatchObject({ values: { fillingLevel: 0.7 } })
})

test('a distance beyond the calibration is flagged, and no level is made up', () => {
  expect(payloadOf({ distance: 400 })).toEqual({
    type: 'WasteContainer',
    dateObserved,
    values: { distance: 400 },
    flags: ['beyond-calibration']
  })
})

test('without a calibration the distance is stored alone', () => {
  const lora = createPipelineRunner({
    assets: testAssets,
    register: { devices: [{ id: 'bin-2', area: 'lumen', domain: 'waste' }] }
  })
  const { drafts } = lora('bin-2', 'city/lumen/waste/bin-2/obs', { dateObserved, distance: 90 })
  expect(drafts[0]?.payload).toEqual({ type: 'WasteContainer', dateObserved, values: { distance: 90 } })
})

test('a feed may yield the distance of an uplink', () => {
  const text = `
feed: sonic
topic: lorawan/lumen/+/up
type: WasteContainer
entity: topic[2]
dateObserved: payload.at
attributes:
  distance: payload.mm / 10.0
`
  const { feed, problems } = compileFeed(parseYamlDocument('feeds/sonic.yaml', text))
  expect(problems).toEqual([])
  const gateway = createPipelineRunner({ assets: calibrated, register: testRegister, feeds: feed ? [feed] : [] })
  const { drafts } = gateway('lora', 'lorawan/lumen/bin-1/up', { at: dateObserved, mm: 550 })
  expect(drafts[0]?.payload).toMatchObject({ values: { distance: 55, fillingLevel: 0.75 } })
})
