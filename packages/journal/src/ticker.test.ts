import { expect, test } from 'vitest'
import { handClock } from './testing/journal-folder.ts'
import { createTicker } from './ticker.ts'

test('each call is a tick; the monotonic count begins at 0', () => {
  const clock = handClock(1_000_000)
  const next = createTicker(clock, undefined)
  expect(next()).toEqual([{ kind: 'tick', entity: '', source: 'system', payload: { now: 1_000_000, monotonic: 0 } }])
  clock.advance(1_003)
  expect(next().map(({ payload }) => payload)).toEqual([{ now: 1_001_003, monotonic: 1_003 }])
})

test.each([3_600_000, -3_600_000, 2_001, -2_001])('a wall clock set by %d ms is a clock step before the tick', (by) => {
  const clock = handClock(10_000_000)
  const next = createTicker(clock, undefined)
  next()
  clock.advance(1_000)
  clock.jump(by)
  expect(next()).toEqual([
    { kind: 'clock-step', entity: '', source: 'system', payload: { from: 10_001_000, to: 10_001_000 + by, jump: by } },
    { kind: 'tick', entity: '', source: 'system', payload: { now: 10_001_000 + by, monotonic: 1_000 } }
  ])
  clock.advance(1_000)
  expect(next()).toHaveLength(1)
})

test('small corrections are none, and a slow beat is none', () => {
  const clock = handClock()
  const next = createTicker(clock, undefined)
  next()
  clock.advance(1_000)
  clock.jump(-900)
  expect(next()).toHaveLength(1)
  clock.advance(30_000)
  expect(next()).toHaveLength(1)
})

test('after a restart the count goes on where it was, and the stop is a step', () => {
  const clock = handClock(10_000_000)
  clock.advance(777)
  const next = createTicker(clock, { now: 9_000_000, monotonic: 5_000 })
  expect(next().map(({ kind, payload }) => ({ kind, payload }))).toEqual([
    { kind: 'clock-step', payload: { from: 9_000_000, to: 10_000_777, jump: 1_000_777 } },
    { kind: 'tick', payload: { now: 10_000_777, monotonic: 5_000 } }
  ])
})
