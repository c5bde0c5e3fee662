import type { Asset, AssetCollection, AssetProperties, Draft, Entry, Reading } from '@city-brain/model'

/** Entries as the journal gives them, for tests of views. */
export function readingEntry(
  offset: number,
  entity: string,
  at: number,
  reading: Partial<Reading> = {},
  receivedAt = at
): Entry<'reading'> {
  return {
    kind: 'reading',
    offset,
    entity,
    receivedAt,
    source: 'gateway-1',
    payload: { type: 'OffStreetParking', dateObserved: new Date(at).toISOString(), values: {}, ...reading }
  }
}

export function tickEntry(offset: number, now: number): Entry<'tick'> {
  return { kind: 'tick', offset, entity: '', receivedAt: now, source: 'system', payload: { now, monotonic: now } }
}

export function readingDraft(entity: string, at: number, reading: Partial<Reading> = {}): Draft<'reading'> {
  const { offset: _, ...draft } = readingEntry(0, entity, at, reading)
  return draft
}

export function collection(...features: [id: string, properties: AssetProperties][]): AssetCollection {
  return {
    type: 'FeatureCollection',
    features: features.map<Asset>(([id, properties]) => ({ type: 'Feature', id, geometry: null, properties }))
  }
}

export function parkingSite(area: string, expectedInterval?: number): AssetProperties {
  return {
    kind: 'parkingSite',
    name: { en: 'Car park', zh: '停车场' },
    area,
    type: 'OffStreetParking',
    ...(expectedInterval === undefined ? {} : { expectedInterval })
  }
}
