import { type Asset, type AssetCollection, type DeviceRegister, topicMatches } from '@city-brain/model'
import { createDeviceSpeaker, createGatewaySpeaker, type Speaker } from './speaker.ts'

/** Who may speak for what. Whoever is not in it gets no connection; whoever is may say only what its speaker allows. */
export interface Directory {
  speaker(id: string): Speaker | undefined
  /** The registered entity, or undefined where nobody registered it. */
  asset(entity: string): Asset | undefined
  /** Whether any gateway may hear this topic: what nobody may hear is never handed on by the broker. */
  heard(topic: string): boolean
}

/** Built once from `devices.yaml` and `assets.geojson`; the city's files are validated before, so that ids are unique. */
export function createDirectory({
  register,
  assets
}: {
  register: DeviceRegister
  assets: AssetCollection
}): Directory {
  const speakers = new Map<string, Speaker>()
  for (const device of register.devices ?? []) speakers.set(device.id, createDeviceSpeaker(device))
  for (const gateway of register.gateways ?? []) speakers.set(gateway.id, createGatewaySpeaker(gateway))
  const entities = new Map(assets.features.map((asset) => [asset.id, asset]))
  const heardFilters = (register.gateways ?? []).flatMap((gateway) => gateway.subscribe ?? [])
  return {
    speaker: (id) => speakers.get(id),
    asset: (entity) => entities.get(entity),
    heard: (topic) => heardFilters.some((filter) => topicMatches(filter, topic))
  }
}
