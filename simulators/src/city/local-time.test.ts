import { expect, test } from 'vitest'
import { profileAt } from './day-profile.ts'
import { createLocalClock } from './local-time.ts'

test('local time follows the zone, and its summer time', () => {
  const shanghai = createLocalClock('Asia/Shanghai')
  expect(shanghai(Date.parse('2026-05-03T23:30:00Z'))).toMatchObject({ hour: 7.5, weekday: 1 })
  const berlin = createLocalClock('Europe/Berlin')
  expect(berlin(Date.parse('2026-03-29T00:59:00Z')).hour).toBeCloseTo(1.983, 2)
  expect(berlin(Date.parse('2026-03-29T01:00:00Z')).hour).toBe(3)
  expect(createLocalClock('UTC')(0)).toEqual({ hour: 0, weekday: 4, day: 0 })
})

test('a profile runs straight between its points and joins its end to its begin', () => {
  const profile = [
    [6, 0],
    [12, 1],
    [18, 0.5]
  ] as const
  expect(profileAt(profile, 9)).toBeCloseTo(0.5)
  expect(profileAt(profile, 15)).toBeCloseTo(0.75)
  expect(profileAt(profile, 0)).toBeCloseTo(0.25)
  expect(profileAt(profile, 24)).toBeCloseTo(0.25)
})
