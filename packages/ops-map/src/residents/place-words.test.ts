import type { ParkingPlace } from '@city-brain/model'
import { expect, test } from 'vitest'
import { facts, headline, invites, provenance } from './place-words.ts'
import type { Standing } from './standing.ts'
import { residentsEn } from './texts/en.ts'

const t = (key: keyof typeof residentsEn, values: Record<string, string | number> = {}) =>
  residentsEn[key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]))

const hall: ParkingPlace = {
  id: 'hall',
  type: 'OffStreetParking',
  name: { en: 'Market Hall', zh: '中心市场' },
  address: { en: '5 Tea Lane', zh: '茶巷5号' },
  state: 'open',
  position: [121, 29],
  availableSpotNumber: 148,
  totalSpotNumber: 320,
  disabledSpotNumber: 3,
  maximumAllowedHeight: 1.9,
  priceRatePerMinute: 0.1,
  priceCurrency: 'CNY'
}
const as = (standing: Standing, more: Partial<ParkingPlace> = {}) => ({ place: { ...hall, ...more }, standing })

test('a number is shown only where it is to be relied on', () => {
  expect(headline(as('open'), t, 'en')).toEqual({ text: '148', tone: 'number', below: 'free of 320' })
  for (const standing of ['full', 'closed', 'not-reliable', 'stale', 'unknown'] as const) {
    expect(headline(as(standing), t, 'en').text).not.toMatch(/\d/)
  }
})

test('large numbers are read in groups, in both languages', () => {
  const stadium = as('open', { availableSpotNumber: 1_210, totalSpotNumber: 2_400 })
  expect(headline(stadium, t, 'en')).toMatchObject({ text: '1\u202f210', below: 'free of 2\u202f400' })
  expect(headline(stadium, t, 'zh').text).toBe('1\u202f210')
})

test('full is said in words', () => {
  expect(headline(as('full'), t, 'en')).toEqual({ text: 'full', tone: 'full', below: 'of 320' })
  const { totalSpotNumber: _, ...small } = hall
  expect(headline({ place: small, standing: 'full' }, t, 'en')).toEqual({ text: 'full', tone: 'full' })
})

test('why a number is not reliable, and how old it is', () => {
  expect(provenance(as('not-reliable', { reasons: ['above-capacity'] }), '3 h ago', t)).toEqual([
    'counter reports more than it holds',
    'last counted 3 h ago'
  ])
  expect(provenance(as('unknown'), undefined, t)).toEqual(['has never reported'])
})

test('how a number moves, and how far it is usually off', () => {
  expect(provenance(as('open', { usuallyOff: 9, trend: 'filling' }), '40 s ago', t)).toEqual([
    'counted 40 s ago',
    'usually right within ±9',
    'filling up'
  ])
  expect(provenance(as('open', { usuallyOff: 0 }), '40 s ago', t)).toContain('usually right within ±1')
  // What nobody relies on has no trend, and what is full does not fill.
  expect(provenance(as('stale', { usuallyOff: 9, trend: 'filling' }), '3 h ago', t)).toEqual(['last counted 3 h ago'])
  expect(provenance(as('full', { trend: 'filling' }), '40 s ago', t)).toEqual(['counted 40 s ago'])
})

test('distance, price, hours and height', () => {
  expect(facts({ place: hall, distance: 350, opening: { open: true, until: '23:00' } }, t, 'en')).toEqual([
    '350 m',
    '6 min on foot',
    '¥6.00/h',
    'until 23:00',
    'height 1.9 m'
  ])
  expect(
    facts({ place: { ...hall, priceRatePerMinute: 0 }, opening: { open: false, from: '07:00' } }, t, 'en')
  ).toEqual(['free of charge', 'opens 07:00', 'height 1.9 m'])
})

test('a height is never said higher than it is', () => {
  const heights = [2, 1.9, 1.95, 2.299].map((maximumAllowedHeight) =>
    facts({ place: { ...hall, maximumAllowedHeight } }, t, 'en').at(-1)
  )
  expect(heights).toEqual(['height 2.0 m', 'height 1.9 m', 'height 1.95 m', 'height 2.29 m'])
})

test('the bays for those who ask for them, the address for those who search', () => {
  const asked = facts({ place: hall }, t, 'en', { disabledBays: true, text: 'tea' })
  expect(asked).toContain('disabled bays: 3')
  expect(asked).toContain('5 Tea Lane')
  expect(facts({ place: hall }, t, 'en')).toEqual(['¥6.00/h', 'height 1.9 m'])
})

test('a place that nobody knows is named so, and nobody is sent there', () => {
  const { position: _, ...nowhere } = hall
  expect(facts({ place: nowhere }, t, 'en')[0]).toBe('place not known')
  expect(invites({ place: nowhere, standing: 'open' })).toBe(false)
})

test('nobody is sent to where there is nothing to find', () => {
  expect((['open', 'stale', 'unknown'] as const).every((standing) => invites(as(standing)))).toBe(true)
  expect((['full', 'closed', 'not-reliable'] as const).some((standing) => invites(as(standing)))).toBe(false)
})
