import type { AssetCollection, DeviceRegister } from '@city-brain/model'

export const deviceCount = 100
export const deviceId = (i: number) => `detector-${String(i).padStart(3, '0')}`
export const secretOf = (device: string) => `secret-of-${device}`
export const topicOf = (device: string) => `city/bench/traffic/${device}/obs`

const ids = Array.from({ length: deviceCount }, (_, i) => deviceId(i))

export const register: DeviceRegister = {
  devices: ids.map((id) => ({ id, area: 'bench', domain: 'traffic' as const }))
}

export const assets: AssetCollection = {
  type: 'FeatureCollection',
  features: ids.map((id) => ({
    type: 'Feature',
    id,
    geometry: null,
    properties: { kind: 'detector', name: { en: id, zh: id }, area: 'bench', period: 60 }
  }))
}
