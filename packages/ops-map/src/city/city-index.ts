import type { Asset, AssetProperties, CityDescription, Intersection, Position } from '@city-brain/model'

type Of<K extends AssetProperties['kind']> = Asset<Extract<AssetProperties, { kind: K }>>

/** The city's description with the ways through it that the console needs: by id, by kind, and what a reading of whom changes. */
export type CityIndex = {
  city: CityDescription
  assets: Map<string, Asset>
  links: Of<'roadSegment'>[]
  detectors: Of<'detector'>[]
  carParks: Of<'parkingSite'>[]
  containers: Of<'container'>[]
  intersections: Of<'intersection'>[]
  areas: Of<'area'>[]
  detectorsOfLink: Map<string, string[]>
  detectorsOfIntersection: Map<string, string[]>
  signalOf: Map<string, Intersection>
  intersectionOfController: Map<string, string>
}

export function createCityIndex(city: CityDescription): CityIndex {
  const of = <K extends AssetProperties['kind']>(kind: K) =>
    city.assets.features.filter((asset): asset is Of<K> => asset.properties.kind === kind)
  const detectors = of('detector')
  return {
    city,
    assets: new Map(city.assets.features.map((asset) => [asset.id, asset])),
    links: of('roadSegment'),
    detectors,
    carParks: of('parkingSite'),
    containers: of('container'),
    intersections: of('intersection'),
    areas: of('area'),
    detectorsOfLink: group(detectors, ({ properties }) => properties.refRoadSegment),
    detectorsOfIntersection: group(detectors, ({ properties }) => properties.refIntersection),
    signalOf: new Map(city.intersections.map((signal) => [signal.intersection, signal])),
    intersectionOfController: new Map(
      city.intersections.map(({ controller, intersection }) => [controller, intersection])
    )
  }
}

/** Where an asset is on the map: the point, or the middle of its line; undefined where its place is unknown. */
export function positionOf(asset: Asset | undefined): Position | undefined {
  const geometry = asset?.geometry
  if (!geometry) return undefined
  if (geometry.type === 'Point') return geometry.coordinates
  if (geometry.type === 'LineString') return geometry.coordinates[Math.floor(geometry.coordinates.length / 2)]
  return undefined
}

function group<T extends { id: string }>(items: readonly T[], key: (item: T) => string | undefined) {
  const groups = new Map<string, string[]>()
  for (const item of items) {
    const name = key(item)
    if (name === undefined) continue
    const members = groups.get(name)
    if (members) members.push(item.id)
    else groups.set(name, [item.id])
  }
  return groups
}
