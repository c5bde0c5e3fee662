import {
  type Asset,
  type AssetCollection,
  type DeviceRegister,
  type RegistryChange,
  topicMatches
} from '@city-brain/model'
import { createDeviceSpeaker, createGatewaySpeaker, type DeviceSpeaker, type Speaker } from './speaker.ts'

/** Who may speak for what. Whoever is not in it gets no connection; whoever is may say only what its speaker allows. */
export interface Directory {
  speaker(id: string): Speaker | undefined
  /** Whoever is registered with this common name of a certificate. */
  certified(subject: string): Speaker | undefined
  /** The registered entity, or undefined where nobody registered it. */
  asset(entity: string): Asset | undefined
  /** Whether any gateway may hear this topic: what nobody may hear is never handed on by the broker. */
  heard(topic: string): boolean
  /** Takes over a change of the registry: from the next message on it counts. Costs the same however many there are. */
  apply(change: RegistryChange): void
}

/**
 * Built from the registry as it stands; what changes while the city runs comes by `apply`. Ids are unique and references
 * hold: that was checked before, for the city's files as for each change.
 */
export function createDirectory({
  register,
  assets
}: {
  register: DeviceRegister
  assets: AssetCollection
}): Directory {
  const devices = new Map<string, DeviceSpeaker>()
  const gateways = new Map<string, Speaker>()
  for (const device of register.devices ?? []) devices.set(device.id, createDeviceSpeaker(device))
  for (const gateway of register.gateways ?? []) gateways.set(gateway.id, createGatewaySpeaker(gateway))
  const certificates = new Map<string, string>()
  const subjects = new Map<string, string>()
  const certify = ({ id, certificateSubject }: { id: string; certificateSubject?: string }) => {
    const before = subjects.get(id) ?? ''
    // Another may have been registered with it since this one was revoked.
    if (certificates.get(before) === id) certificates.delete(before)
    subjects.set(id, certificateSubject ?? '')
    if (certificateSubject !== undefined) certificates.set(certificateSubject, id)
  }
  for (const one of [...(register.devices ?? []), ...(register.gateways ?? [])]) certify(one)
  const entities = new Map(assets.features.map((asset) => [asset.id, asset]))
  const heardFilters = (register.gateways ?? []).flatMap((gateway) => gateway.subscribe ?? [])
  return {
    speaker: (id) => devices.get(id) ?? gateways.get(id),
    certified: (subject) => {
      const id = certificates.get(subject) ?? ''
      return devices.get(id) ?? gateways.get(id)
    },
    asset: (entity) => entities.get(entity),
    heard: (topic) => heardFilters.some((filter) => topicMatches(filter, topic)),
    apply(change) {
      switch (change.change) {
        case 'asset':
          entities.set(change.asset.id, change.asset)
          return
        case 'device': {
          const { device } = change
          certify(device)
          const known = devices.get(device.id)
          if (known === undefined) devices.set(device.id, createDeviceSpeaker(device))
          else known.setEntities(device.entities ?? [])
          return
        }
        case 'device-revoked':
          devices.get(change.id)?.revoke()
          gateways.delete(change.id)
          devices.delete(change.id)
      }
    }
  }
}
