import { expect, test } from 'vitest'
import { elapsedSince } from './elapsed.ts'

const then = { monotonic: 1_000, wall: 1_000_000 }

test('a phone that slept does not make a number fresher', () => {
  expect(elapsedSince(then, { monotonic: 1_500, wall: 1_600_000 })).toBe(600_000)
})

test('nor does a clock that is put back', () => {
  expect(elapsedSince(then, { monotonic: 31_000, wall: 400_000 })).toBe(30_000)
})

test('an answer from between two ticks is new, not from the future', () => {
  expect(elapsedSince(then, { monotonic: 900, wall: 999_900 })).toBe(0)
})
