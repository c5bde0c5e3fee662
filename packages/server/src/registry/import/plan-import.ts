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
    const { row, asset, columns, faultsAt } = one
    const { id, properties } = asset
    const { kind, area } = properties
    const report = (column: string, message: string) => faults.push({ row, column, message })
    // What has a fault by itself is not looked at again; a fault may lie within a place, or around it.
    const isSound = (column: string) =>
      !faultsAt.some((at) => at === column || at.startsWith(`${column}/`) || column.startsWith(`${at}/`))
    if (!Object.hasOwn(domainOf, kind)) {
      report(columns.id, `${kind} must stand in assets.geojson; ${Object.keys(domainOf).join(', ')} may be imported`)
      continue
    }
    const known = registry.asset(id)
    let isPlaced = isSound(columns.area)
    if (isSound(columns.id)) {
      const earlier = firstRow.get(id)
      if (earlier !== undefined) report(columns.id, `${id} is in row ${earlier} already`)
      else firstRow.set(id, row)
      isPlaced &&= earlier === undefined
      if (known && known.properties.kind !== kind) report(columns.id, `${id} is a ${known.properties.kind} already`)
    }
    if (isSound(columns.area) && registry.asset(area)?.properties.kind !== 'area') {
      report(columns.area, `there is no area ${area}`)
      isPlaced = false
    }
    const sitePath = '/properties/refParkingSite'
    if (properties.kind === 'parkingSpot' && properties.refParkingSite !== undefined && isSound(sitePath)) {
      const site = properties.refParkingSite
      if (registry.asset(site)?.properties.kind !== 'parkingSite' && !sites.has(site)) {
        report(sitePath, `there is no parkingSite ${site}`)
      }
    }
    const place =
      isSound(columns.longitude) && isSound(columns.latitude) ? placeFault(asset, centre) : swapFault(asset, centre)
    if (place !== undefined) report(columns.longitude, place)
    const domain = domainOf[kind]
    if (domain === undefined && one.device !== undefined) report(columns.device, `a ${kind} reports nothing`)
    if (domain !== undefined && isSound(columns.id) && isSound(columns.device)) {
      const fault = devices.assign(one, domain, isPlaced)
      if (fault !== undefined) report(columns.device, fault)
    }

    if (faultsAt.length > 0) continue
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

function placeFault(asset: Asset, centre: Position): string | undefined {
  const position = firstPosition(asset)
  if (position === undefined) return undefined
  const away = distanceKilometres(position, centre)
  if (away <= farthest) return undefined
  const hint = looksSwapped(position, centre) ? `; ${swapHint}` : ''
  return `lies ${Math.round(away)} km from the centre of the city${hint}`
}

/** A point that cannot be on the Earth, which is told already, and would be in the city the other way round. */
function swapFault({ geometry }: Asset, centre: Position): string | undefined {
  if (geometry?.type !== 'Point') return undefined
  const given: unknown = geometry.coordinates
  if (!Array.isArray(given) || given.length !== 2 || !given.every((one) => Number.isFinite(one))) return undefined
  return looksSwapped(given as Position, centre) ? swapHint : undefined
}

const swapHint = 'longitude and latitude look swapped'

function looksSwapped([longitude, latitude]: Position, centre: Position): boolean {
  return Math.abs(longitude) <= 90 && distanceKilometres([latitude, longitude], centre) <= farthest
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
