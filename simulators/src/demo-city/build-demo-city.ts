import type { Asset } from '@city-brain/model'
import { createRandom } from '../random.ts'
import { areaAssets, depotAssets } from './area-assets.ts'
import { basemapOf } from './basemap.ts'
import { carParkAssets } from './car-park-assets.ts'
import { cityFile, featureCollection, lorawanFeed, signalFile } from './city-files.ts'
import { containerAssets } from './container-assets.ts'
import { deviceRegisterOf } from './device-register.ts'
import { junctionsOf } from './junctions.ts'
import { createLand } from './land.ts'
import { detectorAssets, intersectionAssets, roadSegmentAssets } from './network-assets.ts'
import type { Point } from './plane.ts'
import { createProjection } from './projection.ts'
import { signalPlansOf } from './signal-plans.ts'
import { nameStreets } from './street-names.ts'
import { createTown } from './town.ts'

/** The files of the demo city: path within its folder → text. The same seed gives the same bytes. */
export function buildDemoCity(seed: number): Map<string, string> {
  const projection = createProjection(createRandom(seed, 'ground'))
  const land = createLand(createRandom(seed, 'land'))
  const town = createTown(land, createRandom(seed, 'streets'))
  nameStreets(town.streets, createRandom(seed, 'names'))
  const { junctions, links } = junctionsOf(town, projection)
  const plans = signalPlansOf(junctions, createRandom(seed, 'signals'))
  const detectors = detectorAssets(plans, junctions, projection.fromGround)
  const toPosition = (point: Point) => projection.position(point)
  const assets: Asset[] = [
    ...areaAssets(town, projection),
    ...intersectionAssets(junctions, projection),
    ...roadSegmentAssets(links, projection.fromGround),
    ...detectors,
    ...carParkAssets(town, land, projection, createRandom(seed, 'car-parks')),
    ...depotAssets(town, projection),
    ...containerAssets(town, land, toPosition, createRandom(seed, 'containers')),
    ...otherContainers(toPosition)
  ]
  assets.push(tryMeCarPark(toPosition))
  return new Map([
    ['city.yaml', cityFile(projection.position([60, -150]), seed)],
    ['assets.geojson', featureCollection(assets)],
    ['devices.yaml', deviceRegisterOf(assets)],
    ['feeds/lorawan.yaml', lorawanFeed],
    ['basemap.geojson', featureCollection(basemapOf(land, town, projection))],
    ...plans.map(({ intersection }, i) => {
      const name = junctions[i]?.name
      return [
        `signals/${intersection.intersection}.yaml`,
        signalFile(intersection, `${name?.en} · ${name?.zh}`)
      ] as const
    })
  ])
}

/** Containers with a modem of their own, and one that is left for integrators to try. */
function otherContainers(toPosition: (point: Point) => [number, number]): Asset[] {
  const spots: [string, string, string, Point, string][] = [
    ['smart-bin-1', 'Bell Tower square', '钟楼广场', [-150, 850], 'oldtown'],
    ['smart-bin-2', 'Opera House quay', '大剧院滨江', [-330, -1290], 'newtown'],
    ['smart-bin-3', 'Ferry Terminal', '客运码头', [4560, -690], 'harbour'],
    ['smart-bin-4', 'University gate', '大学正门', [-1800, 2330], 'university'],
    ['try-me', 'Civic Centre, for trying out', '市民中心（试用）', [330, -1420], 'newtown']
  ]
  return spots.map(([id, en, zh, point, area]) => ({
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: toPosition(point) },
    properties: {
      kind: 'container',
      name: { en, zh },
      area,
      // Those with a modem report every five minutes.
      expectedInterval: id === 'try-me' ? 3_600 : 300,
      storedWasteKind: 'other',
      binCapacity: 1_100
    }
  }))
}

function tryMeCarPark(toPosition: (point: Point) => [number, number]): Asset {
  return {
    type: 'Feature',
    id: 'p-try-me',
    geometry: { type: 'Point', coordinates: toPosition([760, -1620]) },
    properties: {
      kind: 'parkingSite',
      name: { en: 'City Hall Garage, for trying out', zh: '市政厅车库（试用）' },
      area: 'newtown',
      expectedInterval: 300,
      type: 'OffStreetParking',
      totalSpotNumber: 200,
      openingHours: '24/7',
      maximumAllowedHeight: 2,
      priceRatePerMinute: 0.1,
      priceCurrency: 'CNY'
    }
  }
}
