import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { LocalizedText } from '../localized-text.ts'
import type { ReadingType } from '../reading.ts'
import { storedWasteKinds } from '../telemetry/waste-container.ts'

/** What stands in `assets.geojson`: a FeatureCollection whose features have an id, a `kind` and these properties. WGS 84, [longitude, latitude]. */
const named = {
  name: LocalizedText,
  /** The area (district) it lies in: the second level of its topics. */
  area: EntityId
}
const expectedInterval = Type.Optional(
  Type.Number({
    minimum: 1,
    maximum: 2_592_000,
    unit: 's',
    description: 'How often a reading is expected; three missed make it stale'
  })
)

export const IntersectionAsset = Type.Object(
  { kind: Type.Literal('intersection'), ...named, expectedInterval },
  { additionalProperties: false }
)
export const DetectorAsset = Type.Object(
  {
    kind: Type.Literal('detector'),
    ...named,
    expectedInterval,
    refIntersection: Type.Optional(EntityId),
    refRoadSegment: Type.Optional(EntityId),
    approach: Type.Optional(
      Type.Enum(['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'], { description: 'Where its vehicles come from' })
    ),
    laneId: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
    period: Type.Number({ minimum: 1, maximum: 3600, unit: 's', description: 'Length of the period it counts over' })
  },
  { additionalProperties: false }
)
export const RoadSegmentAsset = Type.Object(
  {
    kind: Type.Literal('roadSegment'),
    ...named,
    roadClass: Type.Enum(['motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'residential']),
    from: Type.Optional(EntityId),
    to: Type.Optional(EntityId),
    lanes: Type.Integer({ minimum: 1, maximum: 12 }),
    freeFlowSpeed: Type.Number({ minimum: 5, maximum: 200, unit: 'km/h' })
  },
  { additionalProperties: false }
)
export const ParkingSiteAsset = Type.Object(
  {
    kind: Type.Literal('parkingSite'),
    ...named,
    expectedInterval,
    type: Type.Enum(['OffStreetParking', 'OnStreetParking']),
    totalSpotNumber: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    openingHours: Type.Optional(
      Type.String({ maxLength: 120, description: 'As in OpenStreetMap, e.g. "Mo-Su 06:00-23:00" or "24/7"' })
    ),
    maximumAllowedHeight: Type.Optional(Type.Number({ minimum: 1, maximum: 10, unit: 'm' })),
    priceRatePerMinute: Type.Optional(Type.Number({ minimum: 0, maximum: 100, unit: 'currency/min' })),
    priceCurrency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$' })),
    disabledSpotNumber: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    address: Type.Optional(LocalizedText)
  },
  { additionalProperties: false }
)
export const ParkingSpotAsset = Type.Object(
  { kind: Type.Literal('parkingSpot'), ...named, expectedInterval, refParkingSite: Type.Optional(EntityId) },
  { additionalProperties: false }
)
export const ContainerAsset = Type.Object(
  {
    kind: Type.Literal('container'),
    ...named,
    expectedInterval,
    storedWasteKind: Type.Enum([...storedWasteKinds]),
    binCapacity: Type.Number({ minimum: 10, maximum: 50_000, unit: 'l' }),
    refWasteContainerIsle: Type.Optional(EntityId),
    /** Calibration of the sensor under its lid: the filling level follows from the distance that it measures. */
    sensor: Type.Optional(
      Type.Object(
        {
          distanceEmpty: Type.Number({
            minimum: 1,
            maximum: 2_000,
            unit: 'cm',
            description: 'What it measures when empty'
          }),
          distanceFull: Type.Number({
            minimum: 0,
            maximum: 2_000,
            unit: 'cm',
            description: 'What it measures when full; less than when empty'
          })
        },
        { additionalProperties: false }
      )
    )
  },
  { additionalProperties: false }
)
export const DepotAsset = Type.Object({ kind: Type.Literal('depot'), ...named }, { additionalProperties: false })
export const AreaAsset = Type.Object({ kind: Type.Literal('area'), ...named }, { additionalProperties: false })

export const AssetProperties = Type.Union([
  IntersectionAsset,
  DetectorAsset,
  RoadSegmentAsset,
  ParkingSiteAsset,
  ParkingSpotAsset,
  ContainerAsset,
  DepotAsset,
  AreaAsset
])
export type AssetProperties = Static<typeof AssetProperties>
export type AssetKind = AssetProperties['kind']

/** The schema of each kind, so that a wrong feature is told what its own kind expects, not what every kind does. */
export const assetSchemas = {
  intersection: IntersectionAsset,
  detector: DetectorAsset,
  roadSegment: RoadSegmentAsset,
  parkingSite: ParkingSiteAsset,
  parkingSpot: ParkingSpotAsset,
  container: ContainerAsset,
  depot: DepotAsset,
  area: AreaAsset
} as const

export type Position = [number, number]
export type Geometry =
  | { type: 'Point'; coordinates: Position }
  | { type: 'LineString'; coordinates: Position[] }
  | { type: 'Polygon'; coordinates: Position[][] }
  | { type: 'MultiPolygon'; coordinates: Position[][][] }

/** A geometry of null is an asset of unknown place: it is in the lists, not on the map. */
export type Asset<P extends AssetProperties = AssetProperties> = {
  type: 'Feature'
  id: string
  geometry: Geometry | null
  properties: P
}
export type AssetCollection = { type: 'FeatureCollection'; features: Asset[] }

/** The type of telemetry that an asset reports, or undefined where it reports none. */
export function readingTypeOf(properties: AssetProperties): ReadingType | undefined {
  switch (properties.kind) {
    case 'detector':
      return 'TrafficFlowObserved'
    case 'parkingSite':
      return properties.type
    case 'parkingSpot':
      return 'ParkingSpot'
    case 'container':
      return 'WasteContainer'
    default:
      return undefined
  }
}
