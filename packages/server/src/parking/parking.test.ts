import type { Asset, LatestEntity } from '@city-brain/model'
import { expect, test } from 'vitest'
import { toParkingPlace } from './parking-place.ts'
import { trendOf, usuallyOffOf } from './parking-trend.ts'

const minute = 60_000
const now = Date.UTC(2026, 4, 4, 12)
const asset: Asset = {
  type: 'Feature',
  id: 'park-1',
  geometry: { type: 'Point', coordinates: [122, 29] },
  properties: {
    kind: 'parkingSite',
    name: { en: 'Market', zh: '市场' },
    area: 'centre',
    type: 'OffStreetParking',
    totalSpotNumber: 200,
    openingHours: '24/7'
  }
}
const latest = (values: LatestEntity['values'], rest: Partial<LatestEntity> = {}): LatestEntity => ({
  entity: 'park-1',
  type: 'OffStreetParking',
  offset: 1,
  dateObserved: '2026-05-04T11:59:00.000Z',
  receivedAt: '2026-05-04T11:59:01.000Z',
  values,
  stale: false,
  ...rest
})

test.each([
  ['free spaces', latest({ availableSpotNumber: 148 }), { state: 'open', availableSpotNumber: 148 }],
  ['occupied of the capacity', latest({ occupiedSpotNumber: 60 }), { state: 'open', availableSpotNumber: 140 }],
  ['none left', latest({ availableSpotNumber: 0 }), { state: 'full', availableSpotNumber: 0 }],
  ['said to be full', latest({ availableSpotNumber: 3, status: ['full'] }), { state: 'full', availableSpotNumber: 0 }],
  ['closed', latest({ availableSpotNumber: 148, status: ['closed'] }), { state: 'closed' }],
  ['only a temperature', latest({ status: ['open'] }), { state: 'unknown' }],
  ['an old number', latest({ availableSpotNumber: 148 }, { stale: true }), { state: 'stale' }],
  [
    'a stuck counter',
    latest({ availableSpotNumber: 148 }, { unreliable: ['unchanged'] }),
    { state: 'not-reliable', reasons: ['unchanged'] }
  ],
  [
    'more than there are',
    latest({ availableSpotNumber: 248 }, { unreliable: ['above-capacity'], stale: true }),
    { state: 'not-reliable', reasons: ['above-capacity'] }
  ],
  ['nothing ever', undefined, { state: 'unknown' }]
])('%s', (_name, newest, expected) => {
  const place = toParkingPlace(asset, newest, { trend: 'filling', usuallyOff: 4 })
  const { state, reasons, availableSpotNumber } = place ?? {}
  expect({ state, reasons, availableSpotNumber }).toEqual({
    reasons: undefined,
    availableSpotNumber: undefined,
    ...expected
  })
  // What is said of a number goes with the number.
  const reliable = state === 'open' || state === 'full'
  expect(place?.usuallyOff).toBe(reliable ? 4 : undefined)
  expect(place?.trend).toBe(reliable ? 'filling' : undefined)
  expect(place?.dateObserved).toBe(newest?.dateObserved)
})

test('a car park of unknown place has no position', () => {
  expect(toParkingPlace({ ...asset, geometry: null }, undefined, {})).not.toHaveProperty('position')
  expect(toParkingPlace(asset, undefined, {})?.position).toEqual([122, 29])
})

test('how far it is usually off is the median change within ten minutes', () => {
  // Three quarters of the day it changes by 4 in ten minutes, one quarter by 20.
  const series = Array.from({ length: 145 }, (_, index) => ({
    at: now - (144 - index) * 10 * minute,
    available: index <= 108 ? 200 - index * 4 + (index >> 1) * 8 * 0 : 200 - 108 * 4 - (index - 108) * 20
  }))
  expect(usuallyOffOf(series, now)).toBe(4)
  expect(usuallyOffOf(series.slice(0, 3), now)).toBeUndefined()
  expect(usuallyOffOf([], now)).toBeUndefined()
  // A value that nobody has confirmed for an hour is no value: two readings ten hours apart say nothing of ten minutes.
  expect(
    usuallyOffOf(
      [
        { at: now - 600 * minute, available: 1 },
        { at: now, available: 100 }
      ],
      now
    )
  ).toBeUndefined()
})

test.each([
  [[100, 90], 'filling'],
  [[90, 100], 'emptying'],
  [[100, 99], 'steady'],
  [[100], undefined]
])('%j is %s', (values, expected) => {
  const series = values.map((available, index) => ({
    at: now - (index === 0 && values.length > 1 ? 16 : 1) * minute,
    available
  }))
  expect(trendOf(series, now, 200)).toBe(expected)
})
