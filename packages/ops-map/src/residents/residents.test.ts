import type { ParkingPlace } from '@city-brain/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { arrangePlaces, type Filters } from './arrange-places.ts'
import { distanceBetween, formatDistance, minutesOnFoot } from './distance.ts'
import { navigationLink } from './navigation-link.ts'
import { openingAt, readOpeningHours } from './opening-hours.ts'
import { facts, headline, provenance } from './place-words.ts'
import { residentsEn } from './texts/en.ts'

const t = (key: keyof typeof residentsEn, values: Record<string, string | number> = {}) =>
  residentsEn[key].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]))

const place = (id: string, more: Partial<ParkingPlace> = {}): ParkingPlace => ({
  id,
  type: 'OffStreetParking',
  name: { en: id, zh: id },
  state: 'open',
  position: [121, 29],
  ...more
})
const filters: Filters = { text: '', openNow: false, disabledBays: false }
// 2026-11-24 is a Tuesday; 12:00 in Shanghai.
const noon = Date.UTC(2026, 10, 24, 4)
const given = { filters, now: noon, timeZone: 'Asia/Shanghai', language: 'en' as const }
const ids = (list: { place: ParkingPlace }[]) => list.map((one) => one.place.id)

describe('distance', () => {
  test('a degree of latitude is 111 km', () => {
    expect(distanceBetween([121, 29], [121, 30]) / 1_000).toBeCloseTo(111.2, 0)
  })
  test('is the same both ways and never negative', () => {
    const position = fc.tuple(
      fc.double({ min: -180, max: 180, noNaN: true }),
      fc.double({ min: -89, max: 89, noNaN: true })
    )
    fc.assert(
      fc.property(position, position, (a, b) => {
        const there = distanceBetween(a, b)
        return there >= 0 && Math.abs(there - distanceBetween(b, a)) < 0.01
      })
    )
  })
  test('is said in steps that people use', () => {
    expect([4, 347, 996, 1_449, 12_300].map(formatDistance)).toEqual(['0 m', '350 m', '1.0 km', '1.4 km', '12 km'])
    expect(minutesOnFoot(350)).toBe(6)
    expect(minutesOnFoot(1)).toBe(1)
  })
})

describe('opening hours', () => {
  test.each([
    ['24/7', { open: true }],
    ['Mo-Su 07:00-22:00', { open: true, until: '22:00' }],
    ['Mo-Su 13:00-22:00', { open: false, from: '13:00' }],
    ['Mo-Su 06:00-12:00', { open: false }],
    ['Mo,We 07:00-22:00', { open: false }],
    ['Sa-Tu 07:00-22:00', { open: true, until: '22:00' }],
    ['Mo-Fr 06:00-11:00; Tu 11:30-18:00', { open: true, until: '18:00' }],
    ['Mo 20:00-13:00', { open: true, until: '13:00' }],
    ['sunrise-sunset', undefined],
    ['Mo-Fr 06:00-25:00', undefined],
    ['Mo-Fr 06:00-20:00; PH off', undefined]
  ])('%s at noon on a Tuesday', (text, expected) => {
    expect(openingAt(text, noon, 'Asia/Shanghai')).toEqual(expected)
  })
  test('never throws, whatever a city has written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        readOpeningHours(text)
        openingAt(text, noon, 'Asia/Shanghai')
      })
    )
  })
})

describe('the order of the list', () => {
  test('with a position: the nearest first, those of unknown place last', () => {
    const places = [place('far', { position: [121.1, 29] }), place('nowhere', { position: undefined }), place('near')]
    expect(ids(arrangePlaces(places, { ...given, position: [121, 29.001] }))).toEqual(['near', 'far', 'nowhere'])
  })
  test('without one: where there is something to find first', () => {
    const places = [place('b'), place('full', { state: 'full' }), place('old', { state: 'stale' }), place('a')]
    expect(ids(arrangePlaces(places, given))).toEqual(['a', 'b', 'full', 'old'])
  })
  test('filters', () => {
    const places = [
      place('market hall', { openingHours: '24/7', maximumAllowedHeight: 1.9, disabledSpotNumber: 2 }),
      place('opera', { openingHours: 'Mo-Su 18:00-23:00', maximumAllowedHeight: 2.1 }),
      place('quay')
    ]
    const shown = (more: Partial<Filters>) => ids(arrangePlaces(places, { ...given, filters: { ...filters, ...more } }))
    expect(shown({ openNow: true })).toEqual(['market hall', 'quay'])
    expect(shown({ disabledBays: true })).toEqual(['market hall'])
    expect(shown({ height: 2 })).toEqual(['opera', 'quay'])
    expect(shown({ text: 'HALL mar' })).toEqual(['market hall'])
  })
})

describe('the words', () => {
  test('a number is shown only where it is to be relied on', () => {
    const numbers = { availableSpotNumber: 148, totalSpotNumber: 320 }
    expect(headline(place('a', numbers), t)).toEqual({ text: '148', tone: 'number', below: 'free of 320' })
    for (const state of ['full', 'closed', 'not-reliable', 'stale', 'unknown'] as const) {
      expect(headline(place('a', { ...numbers, state }), t).text).not.toMatch(/\d/)
    }
  })
  test('say why a number is not reliable, and how old it is', () => {
    const odd = place('a', { state: 'not-reliable', reasons: ['above-capacity'] })
    expect(provenance(odd, '3 h ago', t)).toEqual(['counter reports more than it holds', 'last counted 3 h ago'])
    expect(provenance(place('a', { state: 'unknown' }), undefined, t)).toEqual(['has never reported'])
  })
  test('say how a number moves', () => {
    expect(provenance(place('a', { usuallyOff: 9, trend: 'filling' }), '40 s ago', t)).toEqual([
      'counted 40 s ago',
      'usually right within ±9',
      'filling up'
    ])
  })
  test('facts', () => {
    const arranged = arrangePlaces(
      [
        place('a', {
          openingHours: 'Mo-Su 07:00-23:00',
          priceRatePerMinute: 0.1,
          priceCurrency: 'CNY',
          maximumAllowedHeight: 1.9
        })
      ],
      { ...given, position: [121, 29.00315] }
    )
    expect(facts(arranged[0] as (typeof arranged)[0], t, 'en')).toEqual([
      '350 m',
      '6 min on foot',
      '¥6.00/h',
      'until 23:00',
      'height 1.9 m'
    ])
  })
})

test('the link opens the phone’s own navigation', () => {
  expect(navigationLink([121.5, 29.25], 'Market & Hall', 'Android 15')).toBe(
    'geo:29.250000,121.500000?q=29.250000,121.500000(Market%20%26%20Hall)'
  )
  expect(navigationLink([121.5, 29.25], 'x', 'iPhone')).toContain('maps.apple.com/?daddr=29.250000,121.500000')
  expect(navigationLink([121.5, 29.25], 'x', 'X11; Linux')).toContain('openstreetmap.org/directions?to=29.250000')
})
