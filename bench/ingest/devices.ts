import type { AssetCollection, DeviceRegister } from '@city-brain/model'

/** Devices of a bench that is asked for no other number. */
export const deviceCount = 100
export const deviceId = (i: number) => `detector-${String(i).padStart(4, '0')}`
export const secretOf = (device: string) => `secret-of-${device}`
export const topicOf = (device: string) => `city/bench/traffic/${device}/obs`

const ids = (count: number) => Array.from({ length: count }, (_, i) => deviceId(i))

export const registerOf = (count: number): DeviceRegister => ({
  devices: ids(count).map((id) => ({ id, area: 'bench', domain: 'traffic' as const }))
})

export const assetsOf = (count: number): AssetCollection => ({
  type: 'FeatureCollection',
  features: ids(count).map((id) => ({
    type: 'Feature',
    id,
    geometry: null,
    properties: { kind: 'detector', name: { en: id, zh: id }, area: 'bench', period: 60 }
  }))
})
