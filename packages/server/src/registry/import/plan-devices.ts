import { type DeviceRegistration, type Domain, isEntityId, type RegistryChange } from '@city-brain/model'
import type { Registry } from '../registry.ts'
import type { ImportedAsset } from './imported-asset.ts'

/** Which device reports an imported asset; kept over the rows of a file, since several may name the same. */
export type DevicePlan = {
  /**
   * Undefined where it is well, or what is wrong with the device of this row. Where the row has no area or id to go by
   * (`isPlaced` false), only what does not depend on those is looked at.
   */
  assign(imported: ImportedAsset, domain: Domain, isPlaced: boolean): string | undefined
  changes(): { added: number; changed: number; list: RegistryChange[] }
}

type Draft = { registration: DeviceRegistration; entities: Set<string>; isNew: boolean; profileOf?: number }

/**
 * A device of its own is registered for an asset that nobody reports yet, under the asset's id; a file may name another.
 * Devices and gateways of `devices.yaml` stay as they are: they may report the asset already, or cannot be its device.
 */
export function createDevicePlan(registry: Registry): DevicePlan {
  const drafts = new Map<string, Draft>()
  /** Asset → the device registered while the city ran that lists it. */
  const listedBy = new Map<string, string>()
  const filed = new Set<string>()
  const prefixes: string[] = []
  for (const one of registry.all()) {
    if (one.revoked) continue
    const { entities = [] } = one.registration
    if (one.from === 'registry') for (const entity of entities) listedBy.set(entity, one.id)
    else for (const entity of entities) filed.add(entity)
    if (one.kind === 'gateway' && one.registration.entityPrefix !== undefined)
      prefixes.push(one.registration.entityPrefix)
  }
  const spokenFor = (id: string) => filed.has(id) || prefixes.some((prefix) => id.startsWith(prefix))

  const draftOf = (id: string, area: string, domain: Domain): Draft => {
    const known = drafts.get(id)
    if (known) return known
    const found = registry.find(id)
    const registration = found?.kind === 'device' && !found.revoked ? found.registration : { id, area, domain }
    const isNew = registration !== found?.registration
    const draft: Draft = { registration, entities: new Set(registration.entities), isNew }
    drafts.set(id, draft)
    return draft
  }

  return {
    assign({ row, asset, device: named, profile }, domain, isPlaced) {
      const { id } = asset
      const { area } = asset.properties
      const registered = registry.find(id)
      if (named === undefined && (listedBy.has(id) || registered !== undefined)) return undefined
      if ((named === undefined || named === id) && registered === undefined && spokenFor(id)) return undefined
      const device = named ?? id
      if (!isEntityId(device)) return `${device} is no id of a device`
      const found = registry.find(device)
      if (found?.revoked) return `${device} is revoked`
      if (found?.kind === 'gateway') {
        const { entities = [], entityPrefix } = found.registration
        const may = entities.includes(id) || (entityPrefix !== undefined && id.startsWith(entityPrefix))
        return may ? undefined : `the gateway ${device} may not report ${id}`
      }
      if (found?.from === 'file') {
        const listed = device === id || found.registration.entities?.includes(id)
        if (!listed) return `${device} is registered in devices.yaml, and ${id} is not among its entities there`
        const differs = profile !== undefined && profile !== found.registration.profile
        return differs ? `${device} is registered in devices.yaml, and so is its profile` : undefined
      }
      if (!isPlaced) return undefined
      const draft = draftOf(device, area, domain)
      if (draft.registration.area !== area || draft.registration.domain !== domain) {
        return `${device} speaks under ${draft.registration.area}/${draft.registration.domain}, not under ${area}/${domain}`
      }
      if (profile !== undefined) {
        if (draft.profileOf !== undefined && draft.registration.profile !== profile) {
          return `${device} has another profile in row ${draft.profileOf}`
        }
        draft.registration = { ...draft.registration, profile }
        draft.profileOf = row
      }
      const before = listedBy.get(id)
      if (before !== undefined && before !== device) draftOf(before, area, domain).entities.delete(id)
      if (device !== id) {
        draft.entities.add(id)
        listedBy.set(id, device)
      }
      return undefined
    },
    changes() {
      const list: RegistryChange[] = []
      let added = 0
      for (const [id, { registration, entities, isNew }] of drafts) {
        const { entities: _, ...rest } = registration
        const device = { ...rest, ...(entities.size > 0 ? { entities: [...entities] } : {}) }
        const found = registry.find(id)?.registration
        if (!isNew && JSON.stringify(found && sorted(found)) === JSON.stringify(sorted(device))) continue
        if (isNew) added++
        list.push({ change: 'device', device })
      }
      return { added, changed: list.length - added, list }
    }
  }
}

/** In one order of keys, so that equal registrations are equal as text. */
function sorted(registration: object): [string, unknown][] {
  return Object.entries(registration).sort(([a], [b]) => (a < b ? -1 : 1))
}
