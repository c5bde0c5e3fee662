import { expect, test } from 'vitest'
import { navigationLink } from './navigation-link.ts'

const link = (userAgent: string, maxTouchPoints = 0) =>
  navigationLink([121.5, 29.25], 'Market & Hall', { userAgent, maxTouchPoints })

test('the phone’s own navigation', () => {
  expect(link('Mozilla/5.0 (Linux; Android 15; Pixel 9)', 5)).toBe(
    'geo:29.250000,121.500000?q=29.250000,121.500000(Market%20%26%20Hall)'
  )
  expect(link('Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)', 5)).toBe(
    'https://maps.apple.com/?daddr=29.250000,121.500000&q=Market%20%26%20Hall'
  )
})

test('an iPad says that it is a Macintosh', () => {
  const macintosh = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
  expect(link(macintosh, 5)).toContain('https://maps.apple.com/')
  expect(link(macintosh)).toContain('https://www.openstreetmap.org/')
})

test('directions of OpenStreetMap elsewhere', () => {
  expect(link('Mozilla/5.0 (X11; Linux x86_64)')).toBe(
    'https://www.openstreetmap.org/directions?to=29.250000,121.500000'
  )
})
