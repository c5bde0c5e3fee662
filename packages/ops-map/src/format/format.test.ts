import { expect, test } from 'vitest'
import { formatAge, formatElapsed, spanOf } from './age.ts'
import { formatDay, formatTime, formatZone } from './clock.ts'
import { formatNumber } from './number.ts'

const shared = (key: string, { count }: { count: number }) => `${key}:${count}`

test('an age is told in one unit, rounded down', () => {
  expect(spanOf(59_999)).toEqual({ unit: 'seconds', count: 59 })
  expect(spanOf(119_000)).toEqual({ unit: 'minutes', count: 1 })
  expect(spanOf(47 * 3_600_000)).toEqual({ unit: 'hours', count: 47 })
  expect(spanOf(49 * 3_600_000)).toEqual({ unit: 'days', count: 2 })
  expect(spanOf(-5_000)).toEqual({ unit: 'seconds', count: 0 })
  expect(formatAge(shared, 1_999)).toBe('age.now:1')
  expect(formatAge(shared, 2_000)).toBe('age.seconds:2')
})

test('an alarm’s time runs in seconds for a quarter of an hour', () => {
  expect(formatElapsed(shared, 42_000)).toBe('0:42')
  expect(formatElapsed(shared, 190_000)).toBe('3:10')
  expect(formatElapsed(shared, 900_000)).toBe('span.minutes:15')
})

test('clocks are those of the city, not of the browser', () => {
  const at = Date.parse('2026-11-23T00:15:42Z')
  expect(formatTime(at, 'en', 'Asia/Shanghai')).toBe('08:15:42')
  expect(formatTime(at, 'zh', 'Asia/Shanghai')).toBe('08:15:42')
  expect(formatZone(at, 'Asia/Shanghai')).toBe('CST')
  expect(formatDay(at, 'en', 'Asia/Shanghai')).toBe('Mon 23 Nov')
  expect(formatDay(at, 'zh', 'Asia/Shanghai')).toBe('11月23日 周一')
})

test('digits stand in groups of three', () => {
  expect(formatNumber(36_204_117, 'en')).toBe('36\u202f204\u202f117')
  expect(formatNumber(36_204_117, 'zh')).toBe('36\u202f204\u202f117')
  expect(formatNumber(27.36, 'en', 1)).toBe('27.4')
})
