import { expect, test } from 'vitest'
import { createRetentionTime } from './retention-time.ts'

const second = 1_000
const hour = 3_600_000
const day = 24 * hour
const year = 365 * day
const begin = Date.UTC(2026, 4, 4)

test('an hour forward, an hour back and years back are followed at once', () => {
  const time = createRetentionTime({ time: begin, waited: 0 })
  for (const wall of [begin + hour, begin, begin - 5 * year]) {
    expect(time.pass(wall, second)).toBeUndefined()
    expect(time.now()).toBe(wall)
  }
})

test('years forward count only when they have stood for a day', () => {
  const time = createRetentionTime({ time: begin, waited: 0 })
  expect(time.pass(begin + 5 * year, second)).toBe('doubted')
  expect(time.now()).toBe(begin + second)
  expect(time.pass(begin + 5 * year, 23 * hour)).toBeUndefined()
  expect(time.now()).toBe(begin + second + 23 * hour)
  expect(time.pass(begin + 5 * year, hour)).toBe('believed')
  expect(time.now()).toBe(begin + 5 * year)
})

test('the doubt survives a restart, and ends when the clock is right again', () => {
  const before = createRetentionTime({ time: begin, waited: 0 })
  before.pass(begin + 5 * year, 10 * hour)
  const after = createRetentionTime(before.state())
  expect(after.pass(begin + 5 * year, 0)).toBe('doubted')
  expect(after.now()).toBe(begin + 10 * hour)
  expect(after.pass(begin + 11 * hour, hour)).toBeUndefined()
  expect(after.state()).toEqual({ time: begin + 11 * hour, waited: 0 })
})
