import type { Asset } from './city/assets.ts'
import type { DeviceRegistration } from './city/devices.ts'

/**
 * Payload of a `registry-change`: one change to what `devices.yaml` and `assets.geojson` say, made while the city runs.
 * `device` and `asset` are whole: they take the place of what stood there. The entry's `entity` is `device:ID` or
 * `asset:ID`, so that the newest of each is what is in force, and is never cut.
 */
export type RegistryChange =
  | { change: 'device'; device: DeviceRegistration }
  | { change: 'device-revoked'; id: string }
  | { change: 'asset'; asset: Asset }

/** The `entity` of the entry of a change. */
export function subjectOfChange(change: RegistryChange): string {
  switch (change.change) {
    case 'device':
      return `device:${change.device.id}`
    case 'device-revoked':
      return `device:${change.id}`
    case 'asset':
      return `asset:${change.asset.id}`
  }
}
