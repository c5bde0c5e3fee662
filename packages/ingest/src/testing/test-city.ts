import type { Asset, AssetCollection, AssetProperties, DeviceRegister } from '@city-brain/model'

const asset = (id: string, properties: AssetProperties): Asset => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: [120.1, 30.2] },
  properties
})
const named = (name: string) => ({ name: { en: name, zh: name }, area: 'lumen' })

/** A few entities of each kind, for tests. */
export const testAssets: AssetCollection = {
  type: 'FeatureCollection',
  features: [
    asset('det-1', { kind: 'detector', ...named('Detector 1'), period: 60 }),
    asset('det-2', { kind: 'detector', ...named('Detector 2'), period: 60 }),
    asset('bin-1', { kind: 'container', ...named('Bin 1'), storedWasteKind: 'glass', binCapacity: 1_000 }),
    asset('bin-2', { kind: 'container', ...named('Bin 2'), storedWasteKind: 'glass', binCapacity: 1_000 }),
    asset('park-1', { kind: 'parkingSite', ...named('Park 1'), type: 'OffStreetParking', totalSpotNumber: 100 }),
    asset('int-1', { kind: 'intersection', ...named('Intersection 1') })
  ]
}

export const testRegister: DeviceRegister = {
  devices: [
    { id: 'det-1', area: 'lumen', domain: 'traffic' },
    { id: 'unit-7', area: 'lumen', domain: 'traffic', entities: ['det-1', 'det-2'] },
    { id: 'bin-1', area: 'lumen', domain: 'waste' },
    { id: 'park-1', area: 'lumen', domain: 'parking' },
    { id: 'int-1', area: 'lumen', domain: 'signal' },
    { id: 'old-1', area: 'lumen', domain: 'parking', entities: ['park-1'], source: 'backfill' }
  ],
  gateways: [
    { id: 'lora', topics: ['lorawan/lumen/+/up'], subscribe: ['lorawan/lumen/+/down'], entityPrefix: 'bin-' },
    { id: 'watch', topics: ['watch/out'], subscribe: ['city/lumen/+/+/status'], entities: [] }
  ]
}
