import type { AssetCollection, Intersection, Position } from '@city-brain/model'

/** What the demand estimate must know of a detector. */
export type Detector = {
  id: string
  /** Seconds that it counts over, where a reading does not say. */
  period: number
  /** Milliseconds after which its newest reading is stale: three expected ones missed. */
  staleAfter: number
  /** What it counts: two detectors with the same words count the same vehicles. */
  counts: string
  /** Whether it counts one lane, or all lanes of its approach. */
  oneLane: boolean
  /** Metres of road behind it whose vehicles its occupancy stands for. */
  storage: number
}

/** Metres of queue that a detector speaks for where its road's length is not known, and at most. */
const usualStorage = 150
const longestStorage = 300
const shortestStorage = 30

/** The detectors of all phases, by id, from the city's assets. */
export function describeDetectors(
  intersections: readonly Intersection[],
  assets: AssetCollection
): Map<string, Detector> {
  const wanted = new Set(intersections.flatMap(({ phases }) => phases.flatMap(({ detectors }) => detectors)))
  const roads = new Map(
    assets.features.flatMap(({ id, geometry }) =>
      geometry?.type === 'LineString' ? [[id, lengthOf(geometry.coordinates)] as const] : []
    )
  )
  const described = new Map<string, Detector>()
  for (const { id, properties } of assets.features) {
    if (properties.kind !== 'detector' || !wanted.has(id)) continue
    const { period, expectedInterval, laneId, approach, refRoadSegment } = properties
    // Without approach and road nothing says that two detectors see the same vehicles: each counts its own.
    const place =
      approach === undefined && refRoadSegment === undefined ? id : `${approach ?? ''} ${refRoadSegment ?? ''}`
    described.set(id, {
      id,
      period,
      staleAfter: 3_000 * Math.max(expectedInterval ?? period, period),
      counts: `${place} ${laneId ?? 'all'}`,
      oneLane: laneId !== undefined,
      storage: Math.max(shortestStorage, Math.min(longestStorage, roads.get(refRoadSegment ?? '') ?? usualStorage))
    })
  }
  return described
}

/** Metres of a line on the sphere, in the plane of its own latitude: exact enough for a street. */
function lengthOf(line: readonly Position[]): number {
  const metresPerDegree = 111_195
  return line.slice(1).reduce((total, [longitude, latitude], index) => {
    const [fromLongitude, fromLatitude] = line[index] ?? [longitude, latitude]
    const east = (longitude - fromLongitude) * Math.cos((latitude * Math.PI) / 180)
    return total + Math.hypot(east, latitude - fromLatitude) * metresPerDegree
  }, 0)
}
