import type { Asset } from '@city-brain/model'
import type { Random } from '../random.ts'
import type { Land } from './land.ts'
import type { Name } from './name.ts'
import { kerbs, places } from './plan-places.ts'
import type { Point } from './plane.ts'
import { pointAsset } from './point-asset.ts'
import type { Projection } from './projection.ts'
import { farFrom } from './street-names.ts'
import type { Town } from './town.ts'

export function carParkAssets(town: Town, land: Land, projection: Projection, random: Random): Asset[] {
  const near = (point: Point): Point => {
    for (let radius = 75; ; radius += 5) {
      const angle = random.between(0, 2 * Math.PI)
      const spot: Point = [point[0] + Math.cos(angle) * radius, point[1] + Math.sin(angle) * radius]
      if (!land.isWater(spot, 25)) return spot
    }
  }
  const hours = ['24/7', '24/7', '24/7', 'Mo-Su 06:00-23:00', 'Mo-Su 07:00-22:00']
  const garages = places.flatMap<Asset>(({ name, point, parking }) => {
    if (!parking) return []
    const area = town.districtAt(point)
    return [
      pointAsset(`p-${slug(name.en)}`, projection.position(near(point)), {
        kind: 'parkingSite',
        name: { en: `${name.en} Car Park`, zh: `${name.zh}停车场` },
        area: area.id,
        expectedInterval: 300,
        type: 'OffStreetParking',
        totalSpotNumber: parking,
        openingHours: random.pick(hours),
        maximumAllowedHeight: random.pick([1.9, 2, 2.1, 2.2, 3.5]),
        priceRatePerMinute: random.pick(
          area.use === 'oldtown' || area.use === 'commercial' ? [0.13, 0.17, 0.2] : [0.05, 0.08, 0.1]
        ),
        priceCurrency: 'CNY',
        disabledSpotNumber: Math.max(2, Math.round(parking * 0.02)),
        address: addressOf(point, town)
      })
    ]
  })
  const streets = kerbs.map<Asset>(({ name, point, spots }) =>
    pointAsset(`p-${slug(name.en)}`, projection.position(point), {
      kind: 'parkingSite',
      name,
      area: town.districtAt(point).id,
      expectedInterval: 300,
      type: 'OnStreetParking',
      totalSpotNumber: spots,
      openingHours: '24/7',
      priceRatePerMinute: 0.1,
      priceCurrency: 'CNY',
      address: addressOf(point, town)
    })
  )
  return [...garages, ...streets]
}

function addressOf(point: Point, town: Town): Name {
  const named = town.streets.filter((street) => street.name)
  const best = named.reduce((a, b) => (farFrom(point, b) < farFrom(point, a) ? b : a))
  const house = 1 + (Math.round(Math.abs(point[0] + point[1])) % 180)
  return { en: `${house} ${best.name?.en}`, zh: `${best.name?.zh}${house}号` }
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("'", '')
    .replaceAll(/[^a-z0-9]+/g, '-')
}
