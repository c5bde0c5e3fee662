import { expect, test } from 'vitest'
import { createSpeakerBound } from './speaker-bound.ts'

test('shut while any one speaker has too much under way, whatever the others have', () => {
  const bound = createSpeakerBound(2)
  for (const speaker of ['a', 'b', 'c']) bound.add(speaker)
  expect(bound.open).toBe(true)
  bound.add('a')
  bound.add('b')
  expect(bound.open).toBe(false)
  bound.add('a')
  bound.remove('b')
  bound.remove('a')
  expect(bound.open).toBe(false)
  bound.remove('a')
  expect(bound.open).toBe(true)
  for (const speaker of ['a', 'b', 'c']) bound.remove(speaker)
  bound.add('a')
  expect(bound.open).toBe(true)
})
