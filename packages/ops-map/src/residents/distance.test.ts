import fc from 'fast-check'
import { expect, test } from 'vitest'
import { distanceBetween, formatDistance, minutesOnFoot } from './distance.ts'

test('a degree of latitude is 111 km', () => {
  expect(distanceBetween([121, 29], [121, 30]) / 1_000).toBeCloseTo(111.2, 0)
})

test('a degree of longitude is shorter away from the equator, and the date line is no wall', () => {
  expect(distanceBetween([121, 60], [122, 60]) / 1_000).toBeCloseTo(55.6, 0)
  expect(distanceBetween([179.5, 0], [-179.5, 0]) / 1_000).toBeCloseTo(111.2, 0)
})

test('is the same both ways, never negative, and never more than half around', () => {
  const position = fc.tuple(
    fc.double({ min: -180, max: 180, noNaN: true }),
    fc.double({ min: -89, max: 89, noNaN: true })
  )
  fc.assert(
    fc.property(position, position, (a, b) => {
      const there = distanceBetween(a, b)
      return there >= 0 && there < 20_020_000 && Math.abs(there - distanceBetween(b, a)) < 0.01
    })
  )
})

test('is said in steps that people use', () => {
  const inEnglish = [4, 347, 996, 1_449, 12_300].map((metres) => formatDistance(metres, 'en'))
  expect(inEnglish).toEqual(['0 m', '350 m', '1.0 km', '1.4 km', '12 km'])
  expect([347, 1_449].map((metres) => formatDistance(metres, 'zh'))).toEqual(['350 米', '1.4 公里'])
})

test('minutes on foot, with the way around the blocks', () => {
  expect([1, 350, 1_000].map(minutesOnFoot)).toEqual([1, 6, 16])
})
