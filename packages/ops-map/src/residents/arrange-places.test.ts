import type { ParkingPlace } from '@city-brain/model'
import { describe, expect, test } from 'vitest'
import { arrangePlaces, type Filters } from './arrange-places.ts'

const place = (id: string, more: Partial<ParkingPlace> = {}): ParkingPlace => ({
  id,
  type: 'OffStreetParking',
  name: { en: id, zh: id },
  state: 'open',
  availableSpotNumber: 5,
  position: [121, 29],
  ...more
})
const filters: Filters = { text: '', openNow: false, disabledBays: false }
// 2026-11-24 is a Tuesday; 12:00 in Shanghai.
const noon = Date.UTC(2026, 10, 24, 4)
const given = { filters, now: noon, answerAge: 0, timeZone: 'Asia/Shanghai', language: 'en' as const }
const ids = (list: { place: ParkingPlace }[]) => list.map((one) => one.place.id)

describe('the order of the list', () => {
  test('with a position: the nearest first, those of unknown place last', () => {
    const { position: _, ...nowhere } = place('nowhere')
    const places = [place('far', { position: [121.1, 29] }), nowhere, place('near')]
    const arranged = arrangePlaces(places, { ...given, position: [121, 29.001] })
    expect(ids(arranged)).toEqual(['near', 'far', 'nowhere'])
    expect(arranged[0]?.distance).toBeCloseTo(111, 0)
    expect(arranged[2]).not.toHaveProperty('distance')
  })

  test('where one can park before where one cannot, though that be nearer', () => {
    const places = [
      place('odd', { state: 'not-reliable' }),
      place('full', { state: 'full', position: [121.001, 29] }),
      place('quay', { position: [121.02, 29] }),
      place('hall', { position: [121.01, 29] })
    ]
    expect(ids(arrangePlaces(places, { ...given, position: [121, 29] }))).toEqual(['hall', 'quay', 'full', 'odd'])
  })

  test('without a position by name', () => {
    const places = [place('b'), place('full', { state: 'full' }), place('old', { state: 'stale' }), place('a')]
    expect(ids(arrangePlaces(places, given))).toEqual(['a', 'b', 'full', 'old'])
    const { position: _, ...nowhere } = place('0')
    expect(ids(arrangePlaces([nowhere, ...places], given))).toEqual(['a', 'b', '0', 'full', 'old'])
  })

  test('names are put in order as their language does', () => {
    const places = [place('1', { name: { en: 'a', zh: '钟楼' } }), place('2', { name: { en: 'b', zh: '朝阳' } })]
    expect(ids(arrangePlaces(places, { ...given, language: 'zh' }))).toEqual(['2', '1'])
  })
})

describe('filters', () => {
  const places = [
    place('market hall', { openingHours: '24/7', maximumAllowedHeight: 1.9, disabledSpotNumber: 2 }),
    place('opera', { openingHours: 'Mo-Su 18:00-23:00', maximumAllowedHeight: 2.1, disabledSpotNumber: 0 }),
    place('quay', { address: { en: '5 Tea Lane', zh: '茶巷5号' } })
  ]
  const shown = (more: Partial<Filters>, rest = {}) =>
    ids(arrangePlaces(places, { ...given, ...rest, filters: { ...filters, ...more } }))

  test('open now leaves out what is closed, not what does not say', () => {
    expect(shown({ openNow: true })).toEqual(['market hall', 'quay'])
    expect(shown({})).toEqual(['market hall', 'quay', 'opera'])
  })

  test('nothing is called closed while the city’s time zone is not known', () => {
    expect(shown({ openNow: true }, { timeZone: undefined })).toEqual(['market hall', 'opera', 'quay'])
  })

  test('disabled bays, and the height of one’s vehicle', () => {
    expect(shown({ disabledBays: true })).toEqual(['market hall'])
    expect(shown({ height: 2 })).toEqual(['quay', 'opera'])
    expect(shown({ height: 1.9 })).toEqual(['market hall', 'quay', 'opera'])
  })

  test('words of the name or the address, in either language', () => {
    expect(shown({ text: 'HALL mar' })).toEqual(['market hall'])
    expect(shown({ text: ' tea ' })).toEqual(['quay'])
    expect(shown({ text: '茶巷' })).toEqual(['quay'])
    expect(shown({ text: 'hall quay' })).toEqual([])
  })
})
