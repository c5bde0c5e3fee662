import { isDeepStrictEqual } from 'node:util'
import type { Asset, AssetKind, Domain, ImportAnswer, ImportFault, Position, RegistryChange } from '@city-brain/model'
import type { Registry } from '../registry.ts'
import { distanceKilometres } from './distance.ts'
import type { ImportedAsset } from './imported-asset.ts'
import { createDevicePlan } from './plan-devices.ts'

/** Kinds that may come while the city runs. Signals, rules and the map are checked against the others at the start. */
const domainOf: Partial<Record<AssetKind, Domain | undefined>> = {
  container: 'waste',
  parkingSite: 'parking',
  parkingSpot: 'parking',
  depot: undefined
}
/** Further away from the centre nothing belongs to the city. Kilometres. */
const farthest = 100

export type ImportPlan = {
  changes: RegistryChange[]
  assets: ImportAnswer['assets']
  devices: ImportAnswer['devices']
  faults: ImportFault[]
}

/** What an import would change, and what is wrong with it. Changes nothing. */
export function planImport(
  imported: readonly ImportedAsset[],
  { registry, centre }: { registry: Registry; centre: Position }
): ImportPlan {
  const faults: ImportFault[] = []
  const changes: RegistryChange[] = []
  const devices = createDevicePlan(registry)
  const counts = { added: 0, changed: 0, unchanged: 0 }
  const firstRow = new Map<string, number>()
  const sites = new Set(imported.flatMap(({ asset }) => (asset.properties.kind === 'parkingSite' ? [asset.id] : [])))

  for (const one of imported) {
    const { row, asset, columns } = one
    const { id, properties } = asset
    const { kind, area } = properties
    const report = (column: string, message: string) => faults.push({ row, column, message })
    if (!Object.hasOwn(domainOf, kind)) {
      report(columns.id, `${kind} must stand in assets.geojson; ${Object.keys(domainOf).join(', ')} may be imported`)
      continue
    }
    const earlier = firstRow.get(id)
    if (earlier !== undefined) report(columns.id, `${id} is in row ${earlier} already`)
    else firstRow.set(id, row)
    const known = registry.asset(id)
    if (known && known.properties.kind !== kind) report(columns.id, `${id} is a ${known.properties.kind} already`)
    if (registry.asset(area)?.properties.kind !== 'area') report(columns.area, `there is no area ${area}`)
    if (properties.kind === 'parkingSpot' && properties.refParkingSite !== undefined) {
      const site = properties.refParkingSite
      if (registry.asset(site)?.properties.kind !== 'parkingSite' && !sites.has(site)) {
        report('/properties/refParkingSite', `there is no parkingSite ${site}`)
      }
    }
    const place = placeFault(asset, centre)
    if (place !== undefined) report(place.of === 'latitude' ? columns.latitude : columns.longitude, place.message)
    const domain = domainOf[kind]
    const fault = domain === undefined ? undefined : devices.assign(one, domain)
    if (fault !== undefined) report(columns.device, fault)
    if (domain === undefined && one.device !== undefined) report(columns.device, `a ${kind} reports nothing`)

    if (known && isDeepStrictEqual(plain(known), plain(asset))) counts.unchanged++
    else {
      counts[known ? 'changed' : 'added']++
      changes.push({ change: 'asset', asset })
    }
  }
  const { list, added, changed } = devices.changes()
  // The assets first: whoever applies one after the other never meets a device of an asset that is not there.
  return { changes: [...changes, ...list], assets: counts, devices: { added, changed }, faults }
}

/** As it is in a file: undefined members are absent. */
function plain(asset: Asset): unknown {
  return JSON.parse(JSON.stringify(asset))
}

function placeFault(asset: Asset, centre: Position): { of: 'longitude' | 'latitude'; message: string } | undefined {
  const position = firstPosition(asset)
  if (position === undefined) return undefined
  const away = distanceKilometres(position, centre)
  if (away <= farthest) return undefined
  const [longitude, latitude] = position
  const swapped = Math.abs(longitude) <= 90 && distanceKilometres([latitude, longitude], centre) <= farthest
  const hint = swapped ? '; longitude and latitude look swapped' : ''
  return { of: 'longitude', message: `lies ${Math.round(away)} km from the centre of the city${hint}` }
}

function firstPosition({ geometry }: Asset): Position | undefined {
  switch (geometry?.type) {
    case 'Point':
      return geometry.coordinates
    case 'LineString':
      return geometry.coordinates[0]
    case 'Polygon':
      return geometry.coordinates[0]?.[0]
    case 'MultiPolygon':
      return geometry.coordinates[0]?.[0]?.[0]
    default:
      return undefined
  }
}
