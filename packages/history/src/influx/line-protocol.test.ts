import type { HistoryRow } from '@city-brain/model'
import { expect, test } from 'vitest'
import { detector } from '../testing/history-contract-rows.ts'
import { createLineEncoder, nanoseconds } from './line-protocol.ts'

const encode = createLineEncoder()
const toLine = (row: HistoryRow) => encode([row])

test('a row with every kind of attribute', () => {
  const row = detector(
    1_234_567,
    1_777_852_801_005,
    { intensity: 4, occupancy: 0.25, congested: true, reversedLane: false, vehicleType: 'a "car"\\' },
    { flags: ['late', 'gap'] }
  )
  expect(toLine(row)).toBe(
    'TrafficFlowObserved,entity=det-1 journalOffset=1234567i,readingFlags="late,gap",intensity=4,occupancy=0.25,' +
      'congested=t,reversedLane=f,vehicleType="a \\"car\\"\\\\" 1777852801005234567'
  )
})

test('a list is the string of its JSON', () => {
  const line = toLine(detector(1, 1, { category: ['forDisabled', 'a"b'] }))
  expect(line).toBe(
    'TrafficFlowObserved,entity=det-1 journalOffset=1i,category="[\\"forDisabled\\",\\"a\\\\\\"b\\"]" 1000001'
  )
})

test('names are escaped, whatever they hold', () => {
  const line = toLine(detector(1, 1, { 'a b,c=d': 1 }, { entity: 'e 1,=' }))
  expect(line).toBe('TrafficFlowObserved,entity=e\\ 1\\,\\= journalOffset=1i,a\\ b\\,c\\=d=1 1000001')
})

test('a row without attributes is a point all the same', () => {
  expect(toLine(detector(7, 5, {}))).toBe('TrafficFlowObserved,entity=det-1 journalOffset=7i 5000007')
})

test.each([
  [5, 7, '5000007'],
  [5, 2_000_007, '5000007'],
  [0, 7, '7'],
  [-1, 7, '-999993'],
  [1_777_852_801_005, 999_999, '1777852801005999999']
])('the time of %d ms at offset %d is %s ns', (dateObserved, offset, expected) => {
  expect(
    toLine(detector(offset, dateObserved, {}))
      .split(' ')
      .at(-1)
  ).toBe(expected)
})

test('moments beyond what InfluxDB can hold are its first and last', () => {
  expect(nanoseconds(1_000)).toBe(1_000_000_000n)
  expect(nanoseconds(8.64e15)).toBe(9_223_372_036_854_775_806n)
  expect(nanoseconds(-8.64e15)).toBe(-9_223_372_036_854_775_806n)
})

test('many rows are a line each, in their order, in any script and of any length', () => {
  const values = ['plain', '车辆', 'ü', '🚲', 'x'.repeat(100_000), '', '车'.repeat(70_000)]
  const rows = values.map((vehicleType, i) => detector(i + 1, i + 1, { vehicleType, intensity: i }))
  const expected = rows.map(
    ({ values }, i) =>
      `TrafficFlowObserved,entity=det-1 journalOffset=${i + 1}i,vehicleType="${values.vehicleType}",intensity=${i} ${i + 1}00000${i + 1}`
  )
  expect(encode(rows).split('\n')).toEqual(expected)
  expect(encode(rows.slice(0, 2)).split('\n')).toEqual(expected.slice(0, 2))
  expect(encode([])).toBe('')
})
