import type { CityDescription, LatestEntity } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createCityIndex } from '../city/city-index.ts'
import { concerning } from '../city/concerning.ts'
import { emptyCityState } from '../live/city-state.ts'
import { createContainerMarks } from './container-marks.ts'
import { labelObstacles, obstacleImage } from './label-obstacles.ts'
import { createLinkMarks, linkFeatures } from './link-marks.ts'
import { alarmMarks, intersectionMarks, pillMarks } from './point-marks.ts'
import type { TokenName, Tokens } from './read-tokens.ts'
import { latitudeOf, longitudeOf, worldX, worldY } from './world.ts'

const name = { en: 'x', zh: '某' }
const feature = (id: string, coordinates: unknown, properties: Record<string, unknown>) => ({
  type: 'Feature',
  id,
  geometry:
    coordinates === null
      ? null
      : { type: Array.isArray((coordinates as unknown[])[0]) ? 'LineString' : 'Point', coordinates },
  properties: { name, area: 'a', ...properties }
})
const bin = { kind: 'container', storedWasteKind: 'paper', binCapacity: 240 }
const index = createCityIndex({
  id: 'c',
  name,
  timeZone: 'UTC',
  languages: ['en', 'zh'],
  centre: [122, 29],
  zoom: 13,
  rules: [],
  intersections: [{ intersection: 'int-1', controller: 'ctl-1', phases: [{ id: 1, approach: 'N' }] }],
  assets: {
    type: 'FeatureCollection',
    features: [
      feature(
        'link-1',
        [
          [122, 29],
          [122, 29.01]
        ],
        { kind: 'roadSegment', roadClass: 'primary', lanes: 2, freeFlowSpeed: 50, to: 'int-1' }
      ),
      feature('det-1', [122, 29.009], {
        kind: 'detector',
        refRoadSegment: 'link-1',
        refIntersection: 'int-1',
        approach: 'N',
        period: 60
      }),
      feature('int-1', [122, 29.01], { kind: 'intersection' }),
      feature('p-1', [122.001, 29], { kind: 'parkingSite', type: 'OffStreetParking', totalSpotNumber: 100 }),
      feature('p-2', [122.001, 29], { kind: 'parkingSite', type: 'OffStreetParking', totalSpotNumber: 400 }),
      feature('p-3', null, { kind: 'parkingSite', type: 'OffStreetParking', totalSpotNumber: 400 }),
      feature('bin-1', [122, 29], bin),
      feature('bin-2', [122.0001, 29], bin),
      feature('bin-3', [122.2, 29.2], bin)
    ]
  }
} as unknown as CityDescription)
const tokens = Object.fromEntries(
  (['ground', 'critical', 'container-full', 'container-half', 'container-low'] satisfies TokenName[]).map((token) => [
    token,
    '#102030'
  ])
) as Tokens
const reading = (entity: string, values: LatestEntity['values'], more: Partial<LatestEntity> = {}): LatestEntity => ({
  entity,
  type: 'WasteContainer',
  offset: 1,
  dateObserved: '2026-05-04T08:00:00.000Z',
  receivedAt: '2026-05-04T08:00:00.000Z',
  values,
  stale: false,
  ...more
})

test('a link changes its picture only when its own detectors change its level', () => {
  const state = emptyCityState()
  const links = createLinkMarks(index)
  links.updateAll(state)
  state.entities.set('det-1', reading('det-1', { intensity: 5, averageVehicleSpeed: 10 }))
  expect(links.updateOf(['bin-1'], state)).toEqual([])
  expect(links.updateOf(['det-1'], state)).toEqual(['link-1'])
  expect(links.of('link-1')).toMatchObject({ level: 'standing', flow: 300 })
  state.entities.set('det-1', reading('det-1', { intensity: 6, averageVehicleSpeed: 9 }))
  expect(links.updateOf(['det-1'], state)).toEqual([])
  expect(linkFeatures(index).features[0]?.properties).toMatchObject({ id: 'link-1' })
})

test('containers close to each other are one ring from far away, with the worst of them', () => {
  const containers = createContainerMarks(index)
  containers.update('bin-1', reading('bin-1', { fillingLevel: 0.1 }), tokens)
  containers.update('bin-2', reading('bin-2', { fillingLevel: 0.9 }), tokens)
  containers.update('bin-3', reading('bin-3', { fillingLevel: 0.6 }), tokens)
  containers.group(containers.crowdedBelow - 2, tokens)
  expect(containers.clusters()).toMatchObject([{ count: 2, worst: 'full', members: ['bin-1', 'bin-2'] }])
  expect([...containers.sizes].map((size) => size > 0)).toEqual([false, false, true])
  containers.group(20, tokens)
  expect(containers.clusters()).toEqual([])
  expect([...containers.sizes].every((size) => size > 0)).toBe(true)
  // Three bytes of colour and its strength, written in place where the layer reads them.
  expect([...containers.colours.slice(0, 4)]).toEqual([16, 32, 48, 255])
})

test('a silent container has no dot and is drawn hollow instead', () => {
  const containers = createContainerMarks(index)
  containers.update('bin-1', reading('bin-1', { fillingLevel: 0.9 }, { stale: true }), tokens)
  containers.update('bin-3', reading('bin-3', { fillingLevel: 0.9 }), tokens)
  containers.group(20, tokens)
  expect(containers.silent().map(({ id }) => id)).toEqual(['bin-1', 'bin-2'])
  expect(containers.sizes[0]).toBe(0)
})

test('pills move aside, the larger car park first; an unknown place is not on the map; from afar only full ones have a number', () => {
  const state = emptyCityState()
  state.entities.set('p-1', reading('p-1', { availableSpotNumber: 12 }))
  state.entities.set('p-2', reading('p-2', { availableSpotNumber: 34 }))
  const near = { zoom: 15, scale: 1, selected: undefined, overview: false }
  const [first, second, ...others] = pillMarks(index, state, near)
  expect(others).toEqual([])
  expect(first).toMatchObject({ id: 'p-2', label: 'P 34', offset: [0, 0] })
  expect(second?.id).toBe('p-1')
  expect(second?.offset).not.toEqual([0, 0])
  state.entities.set('p-1', reading('p-1', { availableSpotNumber: 0 }))
  const far = pillMarks(index, state, { ...near, overview: true })
  expect(far.map(({ id, offset }) => [id, offset !== undefined])).toEqual([
    ['p-1', true],
    ['p-2', false]
  ])
})

test('an intersection shows the worst of its approaches, and its controller’s alarm stands at it', () => {
  const state = emptyCityState()
  state.entities.set('det-1', reading('det-1', { intensity: 5, averageVehicleSpeed: 15 }))
  const links = createLinkMarks(index)
  links.updateAll(state)
  expect(intersectionMarks(index, state, links, false)).toMatchObject([
    { id: 'int-1', level: 'slow', standing: 'unknown' }
  ])
  expect(intersectionMarks(index, state, links, true)).toEqual([])
  const alarm = {
    id: 'offline/ctl-1',
    entity: 'ctl-1',
    severity: 'medium',
    raisedAt: '2026-05-04T08:00:00Z',
    state: 'acknowledged'
  }
  state.alarms.set(alarm.id, alarm as never)
  expect(alarmMarks(index, state, true)).toMatchObject([{ id: 'int-1' }])
  expect(alarmMarks(index, state, false)).toEqual([])
  expect(concerning(index, 'int-1')).toEqual(['int-1', 'det-1', 'ctl-1'])
  expect(concerning(index, 'link-1')).toEqual(['link-1', 'det-1'])
})

test('labels keep off the marks that have a place', () => {
  expect(labelObstacles(index).features).toHaveLength(3)
  expect(obstacleImage('obstacle-car-park')?.data.every((byte) => byte === 0)).toBe(true)
  expect(obstacleImage('other')).toBeUndefined()
})

test('the projection comes back to where it began', () => {
  expect(longitudeOf(worldX(122.0619))).toBeCloseTo(122.0619, 9)
  expect(latitudeOf(worldY(29.1372))).toBeCloseTo(29.1372, 9)
  expect(worldX(0)).toBe(256)
})
