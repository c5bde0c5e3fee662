import type { Asset, AssetCollection, ReadingType } from '@city-brain/model'

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

export type StaleAfter = {
  /** Milliseconds of age above which an entity's newest reading is stale. */
  of(entity: string, type: ReadingType): number
  /** The asset was added or changed. */
  put(asset: Asset): void
}

export function createStaleAfter(assets: AssetCollection): StaleAfter {
  const intervals = new Map<string, number>()
  const put = ({ id, properties }: Asset) => {
    if ('expectedInterval' in properties && properties.expectedInterval !== undefined) {
      intervals.set(id, properties.expectedInterval)
    } else intervals.delete(id)
  }
  for (const asset of assets.features) put(asset)
  return { of: (entity, type) => (intervals.get(entity) ?? defaults[type]) * missed * 1_000, put }
}
