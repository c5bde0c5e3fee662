import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asset, AssetCollection, CityFile, DeviceRegister, Feed, Position } from '@city-brain/model'
import { stringify } from 'yaml'
import type { Place } from './place.ts'

/** The gateway that brings the recorded feed; its readings go into history under their own dates. */
export const replayGateway = 'recorded-feed'
/** First level of the topics of a recorded feed: `parking-feed/{area}/{place}`. */
export const replayTopic = 'parking-feed'

/** The feed's mapping: what an integrator would write for these payloads. */
const feed: Feed = {
  feed: replayTopic,
  topic: `${replayTopic}/+/+`,
  type: 'OffStreetParking',
  entity: 'topic[2]',
  dateObserved: 'payload.timestamp',
  attributes: { availableSpotNumber: 'payload.free' }
}

/** Writes a city's folder for the places of a recorded feed. Places of unknown position are in its lists, not on its map. */
export function writeCityOfPlaces(places: readonly Place[], folder: string): void {
  const areas = new Map(places.map(({ area, city }) => [area, city]))
  const file: CityFile = {
    id: [...areas.keys()]
      .join('-')
      .slice(0, 64)
      .replace(/[^a-z0-9]+$/, ''),
    name: named([...areas.values()].join(' · ')),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    languages: ['en', 'zh'],
    centre: centreOf(places),
    zoom: 12.5,
    // Recorded readings may be years old.
    historyDays: 36_500
  }
  const assets: AssetCollection = {
    type: 'FeatureCollection',
    features: [...[...areas].map(([id, name]) => areaOf(id, name)), ...places.map(siteOf)]
  }
  const register: DeviceRegister = {
    gateways: [
      {
        id: replayGateway,
        topics: [`${replayTopic}/#`],
        entities: places.map(({ entity }) => entity),
        source: 'backfill'
      }
    ]
  }
  mkdirSync(join(folder, 'feeds'), { recursive: true })
  writeFileSync(join(folder, 'city.yaml'), stringify(file))
  writeFileSync(join(folder, 'assets.geojson'), `${JSON.stringify(assets, undefined, 1)}\n`)
  writeFileSync(join(folder, 'devices.yaml'), stringify(register))
  writeFileSync(join(folder, 'feeds', `${replayTopic}.yaml`), stringify(feed))
}

const named = (name: string) => ({ en: name, zh: name })

function areaOf(id: string, name: string): Asset {
  return { type: 'Feature', id, geometry: null, properties: { kind: 'area', name: named(name), area: id } }
}

function siteOf({ entity, name, area, capacity, position }: Place): Asset {
  return {
    type: 'Feature',
    id: entity,
    geometry: position ? { type: 'Point', coordinates: position } : null,
    properties: {
      kind: 'parkingSite',
      name: named(name),
      area,
      type: 'OffStreetParking',
      ...(capacity ? { totalSpotNumber: capacity } : {})
    }
  }
}

/** The middle of the area with the most places on the map: two cities of one file may lie far apart. */
function centreOf(places: readonly Place[]): Position {
  const groups = new Map<string, Place[]>()
  for (const place of places) {
    if (place.position) groups.set(place.area, [...(groups.get(place.area) ?? []), place])
  }
  const [largest] = [...groups.values()].sort((a, b) => b.length - a.length)
  if (!largest) return [0, 0]
  const mean = (axis: 0 | 1) => largest.reduce((sum, { position }) => sum + (position?.[axis] ?? 0), 0) / largest.length
  return [mean(0), mean(1)]
}
