import type { AssetCollection, ReadingType } from '@city-brain/model'

/** How often a reading is expected where the asset does not say so, seconds. */
const defaults: Record<ReadingType, number> = {
  TrafficFlowObserved: 60,
  OffStreetParking: 300,
  OnStreetParking: 300,
  ParkingSpot: 600,
  WasteContainer: 3600
}

/** Three missed readings make an entity stale. */
const missed = 3

/** Milliseconds of age above which an entity's newest reading is stale. */
export function createStaleAfter(assets: AssetCollection): (entity: string, type: ReadingType) => number {
  const intervals = new Map<string, number>()
  for (const { id, properties } of assets.features) {
    if ('expectedInterval' in properties && properties.expectedInterval !== undefined) {
      intervals.set(id, properties.expectedInterval)
    }
  }
  return (entity, type) => (intervals.get(entity) ?? defaults[type]) * missed * 1_000
}
