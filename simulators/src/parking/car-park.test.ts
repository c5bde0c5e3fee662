import type { Asset } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CarParkOddity, createCarPark } from './car-park.ts'

const site = (total: number, type: 'OffStreetParking' | 'OnStreetParking' = 'OffStreetParking'): Asset => ({
  type: 'Feature',
  id: `p-${total}`,
  geometry: null,
  properties: { kind: 'parkingSite', name: { en: 'x', zh: 'x' }, area: 'a', type, totalSpotNumber: total }
})
const at = (minutes: number) => ({ hour: (minutes / 60) % 24, weekday: Math.floor(minutes / 1_440) % 7, day: 0 })

test('a car park never holds less than nothing or more than it has, and its counts add up', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 900 }),
      fc.integer(),
      fc.integer({ min: 10, max: 3_600 }),
      fc.constantFrom('OffStreetParking' as const, 'OnStreetParking' as const),
      fc.constantFrom(undefined, 'always-full' as const),
      (total, seed, seconds, type, oddity: CarParkOddity | undefined) => {
        const carPark = createCarPark(site(total, type), seed, oddity)
        for (let i = 0; i < 200; i++) {
          carPark.step(at((i * seconds) / 60), seconds)
          const { availableSpotNumber, occupiedSpotNumber, totalSpotNumber } = carPark.reading()
          expect(occupiedSpotNumber).toBeGreaterThanOrEqual(0)
          expect(availableSpotNumber).toBeGreaterThanOrEqual(0)
          expect(availableSpotNumber + occupiedSpotNumber).toBe(totalSpotNumber)
        }
      }
    ),
    { numRuns: 60 }
  )
})

test('one that is loved too much is full for hours, by the rule of the demo city, and says so', () => {
  const carPark = createCarPark(site(150), 7, 'always-full')
  let full = 0
  for (let minutes = 0; minutes < 180; minutes++) {
    carPark.step(at(12 * 60 + minutes), 60)
    expect(carPark.reading().availableSpotNumber).toBeLessThanOrEqual(1)
    if ((carPark.reading().status as string[]).includes('full')) full++
  }
  // Not without a change either, or its counter would count as broken.
  expect(full).toBeGreaterThan(100)
  expect(full).toBeLessThan(180)
})

test('a counter that has drifted shows more free spaces than there are', () => {
  const carPark = createCarPark(site(200), 7, 'drifted')
  carPark.step(at(720), 60)
  expect(carPark.reading().availableSpotNumber).toBeGreaterThan(200)
})

test('parking at the kerb has neither status nor occupancy', () => {
  const carPark = createCarPark(site(40, 'OnStreetParking'), 7)
  carPark.step(at(720), 60)
  expect(Object.keys(carPark.reading())).not.toContain('status')
  expect(Object.keys(carPark.reading())).not.toContain('occupancy')
})
