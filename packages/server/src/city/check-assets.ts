import {
  type Asset,
  type AssetCollection,
  type AssetKind,
  assetSchemas,
  describeErrors,
  isEntityId,
  type Problem
} from '@city-brain/model'
import Type from 'typebox'
import { Compile } from 'typebox/compile'

const longitudeLatitude = Type.Tuple([
  Type.Number({ minimum: -180, maximum: 180 }),
  Type.Number({ minimum: -90, maximum: 90 })
])
const point = Type.Object({ type: Type.Literal('Point'), coordinates: longitudeLatitude })
const line = Type.Object({
  type: Type.Literal('LineString'),
  coordinates: Type.Array(longitudeLatitude, { minItems: 2 })
})
const ring = Type.Array(longitudeLatitude, { minItems: 4 })
const polygon = Type.Object({ type: Type.Literal('Polygon'), coordinates: Type.Array(ring, { minItems: 1 }) })
const multiPolygon = Type.Object({
  type: Type.Literal('MultiPolygon'),
  coordinates: Type.Array(Type.Array(ring, { minItems: 1 }), { minItems: 1 })
})

/** Which geometries a kind of asset may have; null is an asset of unknown place. */
const geometries = {
  intersection: ['Point'],
  detector: ['Point', 'LineString'],
  roadSegment: ['LineString'],
  parkingSite: ['Point', 'Polygon', 'MultiPolygon'],
  parkingSpot: ['Point', 'Polygon'],
  container: ['Point'],
  depot: ['Point', 'Polygon'],
  area: ['Polygon', 'MultiPolygon', 'Point']
} as const satisfies Record<AssetKind, readonly string[]>

const geometryChecks = {
  Point: Compile(point),
  LineString: Compile(line),
  Polygon: Compile(polygon),
  MultiPolygon: Compile(multiPolygon)
}
const propertyChecks = Object.fromEntries(
  Object.entries(assetSchemas).map(([kind, schema]) => [kind, Compile(schema)])
) as Record<AssetKind, ReturnType<typeof Compile>>

type Fault = { path: string; code: Problem['code']; message: string }

/** Checks a parsed `assets.geojson` whole: form, unique ids, and that what it refers to is there. Paths are JSON pointers. */
export function checkAssets(value: unknown): { assets?: AssetCollection; faults: Fault[] } {
  const collection = value as { type?: unknown; features?: unknown } | null
  if (collection?.type !== 'FeatureCollection' || !Array.isArray(collection.features)) {
    return { faults: [{ path: '', code: 'schema', message: 'must be a FeatureCollection with a list of features' }] }
  }
  const faults: Fault[] = []
  const features: { feature: Asset; path: string }[] = []
  collection.features.forEach((feature: unknown, index) => {
    const path = `/features/${index}`
    const found = checkFeature(feature)
    faults.push(...found.map((fault) => ({ ...fault, path: path + fault.path })))
    if (found.length === 0) features.push({ feature: feature as Asset, path })
  })
  faults.push(...checkIds(features))
  faults.push(...checkReferences(features))
  if (faults.length > 0) return { faults }
  return { assets: { type: 'FeatureCollection', features: features.map(({ feature }) => feature) }, faults: [] }
}

/** One feature by itself: its form, not what it refers to. Paths are JSON pointers into it. */
export function checkFeature(value: unknown): Fault[] {
  const feature = value as Record<string, unknown> | null
  const schema = (path: string, message: string): Fault => ({ path, code: 'schema', message })
  if (typeof feature !== 'object' || feature === null || feature.type !== 'Feature') {
    return [schema('', 'must be a Feature')]
  }
  const faults: Fault[] = []
  if (typeof feature.id !== 'string' || !isEntityId(feature.id)) {
    faults.push(schema('/id', 'must be an entity id: lower-case letters, digits, . _ -, at most 64'))
  }
  const properties = feature.properties as { kind?: unknown } | null
  const kind = properties?.kind
  if (typeof kind !== 'string' || !Object.hasOwn(assetSchemas, kind)) {
    faults.push(schema('/properties/kind', `must be one of ${Object.keys(assetSchemas).join(', ')}`))
    return faults
  }
  const check = propertyChecks[kind as AssetKind]
  if (!check.Check(properties)) {
    for (const { path, message } of describeErrors(check.Errors(properties))) {
      faults.push(schema(`/properties${path}`, message))
    }
  }
  faults.push(...checkGeometry(feature.geometry, kind as AssetKind))
  const { sensor } = properties as { sensor?: { distanceEmpty?: unknown; distanceFull?: unknown } | null }
  if (Number(sensor?.distanceFull) >= Number(sensor?.distanceEmpty)) {
    const message = 'must be less than distanceEmpty: the sensor looks down from the lid'
    faults.push({ path: '/properties/sensor/distanceFull', code: 'inconsistent', message })
  }
  return faults
}

function checkGeometry(geometry: unknown, kind: AssetKind): Fault[] {
  if (geometry === null) return []
  const schema = (path: string, message: string): Fault => ({ path: `/geometry${path}`, code: 'schema', message })
  if (typeof geometry !== 'object') return [schema('', 'is missing; null stands for an unknown place')]
  const type = (geometry as { type?: unknown }).type
  const wanted: readonly string[] = geometries[kind]
  if (typeof type !== 'string' || !wanted.includes(type)) {
    return [schema('/type', `must be ${wanted.join(' or ')} for a ${kind}`)]
  }
  const check = geometryChecks[type as keyof typeof geometryChecks]
  if (check.Check(geometry)) return []
  // A wrong coordinate makes a fault for each level around it; the first says where.
  return describeErrors(check.Errors(geometry))
    .slice(0, 1)
    .map(({ path, message }) => schema(path, message))
}

function checkIds(features: readonly { feature: Asset; path: string }[]): Fault[] {
  const first = new Map<string, string>()
  const faults: Fault[] = []
  for (const { feature, path } of features) {
    const earlier = first.get(feature.id)
    if (earlier === undefined) first.set(feature.id, path)
    else faults.push({ path: `${path}/id`, code: 'duplicate', message: `${feature.id} is at ${earlier} already` })
  }
  return faults
}

/** Property → the kind of asset that it must name. */
const references: Record<string, AssetKind> = {
  area: 'area',
  refIntersection: 'intersection',
  refRoadSegment: 'roadSegment',
  refParkingSite: 'parkingSite',
  from: 'intersection',
  to: 'intersection'
}

function checkReferences(features: readonly { feature: Asset; path: string }[]): Fault[] {
  const kinds = new Map(features.map(({ feature }) => [feature.id, feature.properties.kind]))
  const faults: Fault[] = []
  for (const { feature, path } of features) {
    for (const [property, kind] of Object.entries(references)) {
      const target = (feature.properties as Record<string, unknown>)[property]
      if (typeof target !== 'string' || kinds.get(target) === kind) continue
      const found = kinds.get(target)
      const message = found ? `${target} is of kind ${found}, not ${kind}` : `there is no ${kind} ${target}`
      faults.push({ path: `${path}/properties/${property}`, code: 'unknown-reference', message })
    }
  }
  return faults
}
