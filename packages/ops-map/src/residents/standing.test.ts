import { expect, test } from 'vitest'
import { answerHolds, standingOf } from './standing.ts'

const fresh = { answerAge: 10_000 }
const open = { state: 'open', availableSpotNumber: 148 } as const

test('what the city says, while it says it', () => {
  expect(standingOf(open, fresh)).toBe('open')
  expect(standingOf({ state: 'full', availableSpotNumber: 0 }, fresh)).toBe('full')
  expect(standingOf({ state: 'not-reliable' }, fresh)).toBe('not-reliable')
})

test('without an answer for two minutes no number is left, nor is anything called full', () => {
  expect(standingOf(open, { answerAge: answerHolds })).toBe('open')
  expect(standingOf(open, { answerAge: answerHolds + 1 })).toBe('stale')
  expect(standingOf({ state: 'full' }, { answerAge: answerHolds + 1 })).toBe('stale')
  expect(standingOf({ state: 'not-reliable' }, { answerAge: answerHolds + 1 })).toBe('not-reliable')
})

test('closed by its hours is closed, however much is free', () => {
  expect(standingOf(open, { ...fresh, opening: { open: false, from: '07:00' } })).toBe('closed')
  expect(standingOf(open, { ...fresh, opening: { open: true, until: '22:00' } })).toBe('open')
})

test('open without a number is no number', () => {
  expect(standingOf({ state: 'open' }, fresh)).toBe('unknown')
})
