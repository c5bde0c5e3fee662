import type { CityDescription } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createCityIndex, positionOf } from './city-index.ts'
import { searchCity } from './search-city.ts'

const city = {
  id: 'c',
  name: { en: 'C', zh: '城' },
  timeZone: 'UTC',
  languages: ['en', 'zh'],
  centre: [0, 0],
  zoom: 12,
  intersections: [],
  rules: [{ id: 'car-park-full', version: 1, title: { en: 'Car park full', zh: '停车场已满' } }],
  assets: {
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        id: 'int-27',
        geometry: { type: 'Point', coordinates: [1, 2] },
        properties: { kind: 'intersection', name: { en: 'Lin Ave / 4th St', zh: '临江大道 / 四马路' }, area: 'a' }
      },
      {
        type: 'Feature',
        id: 'det-204',
        geometry: { type: 'Point', coordinates: [1, 2] },
        properties: {
          kind: 'detector',
          name: { en: 'Lin Ave / 4th St, from N', zh: '临江大道 / 四马路 北进口' },
          area: 'a',
          refIntersection: 'int-27',
          period: 60
        }
      },
      {
        type: 'Feature',
        id: 'p-9',
        geometry: null,
        properties: {
          kind: 'parkingSite',
          type: 'OffStreetParking',
          name: { en: 'Market Hall', zh: '中心市场' },
          area: 'a'
        }
      }
    ]
  }
} as unknown as CityDescription
const index = createCityIndex(city)

test('finds by words of either language, by id, and rules too', () => {
  const ids = (text: string) => searchCity(index, text).map(({ id }) => id)
  expect(ids('lin 4th')).toEqual(['int-27', 'det-204'])
  expect(ids('四马路')).toEqual(['int-27', 'det-204'])
  expect(ids('det-204')).toEqual(['det-204'])
  expect(ids('full')).toEqual(['car-park-full'])
  expect(ids('nowhere')).toEqual([])
  expect(ids('  ')).toEqual([])
})

test('knows the detectors of an intersection, and that an asset may be of unknown place', () => {
  expect(index.detectorsOfIntersection.get('int-27')).toEqual(['det-204'])
  expect(positionOf(index.assets.get('p-9'))).toBeUndefined()
  expect(positionOf(index.assets.get('int-27'))).toEqual([1, 2])
})
