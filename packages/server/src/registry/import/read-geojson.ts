import type { Asset, ImportFault } from '@city-brain/model'
import { checkFeature } from '../../city/check-assets.ts'
import type { ImportedAsset } from './imported-asset.ts'
import { maximumRows } from './table.ts'

/**
 * A FeatureCollection as `assets.geojson` is one. Rows are its features, from 1, and columns their JSON pointers. Beside
 * what an asset has, a feature's properties may name its `device` and that device's `profile`.
 */
export function readGeojson(bytes: Buffer): { assets: ImportedAsset[]; faults: ImportFault[] } {
  const whole = (message: string) => ({ assets: [], faults: [{ row: 1, message }] })
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return whole(`is no JSON in UTF-8: ${(error as Error).message}`)
  }
  const { type, features } = (value ?? {}) as { type?: unknown; features?: unknown }
  if (type !== 'FeatureCollection' || !Array.isArray(features)) {
    return whole('must be a FeatureCollection with a list of features')
  }
  if (features.length > maximumRows) return whole(`has ${features.length} features; at most ${maximumRows} are taken`)
  const assets: ImportedAsset[] = []
  const faults: ImportFault[] = []
  features.forEach((given: unknown, index) => {
    const row = index + 1
    const { feature, device, profile } = takeDevice(given)
    const found = checkFeature(feature).map(({ path, message }) => ({
      row,
      ...(path ? { column: path } : {}),
      message
    }))
    for (const [name, text] of Object.entries({ device, profile })) {
      if (text !== undefined && (typeof text !== 'string' || text === '' || text.length > 64)) {
        found.push({ row, column: `/properties/${name}`, message: 'must be a text of at most 64 characters' })
      }
    }
    faults.push(...found)
    // Without a kind there is nothing that could be said of it.
    if (found.some(({ column }) => column === undefined || column === '/properties/kind')) return
    assets.push({
      row,
      faultsAt: found.flatMap(({ column }) => column ?? []),
      asset: feature as Asset,
      columns: {
        id: '/id',
        area: '/properties/area',
        longitude: '/geometry/coordinates',
        latitude: '/geometry/coordinates',
        device: '/properties/device'
      },
      ...(typeof device === 'string' ? { device } : {}),
      ...(typeof profile === 'string' ? { profile } : {})
    })
  })
  return { assets, faults }
}

function takeDevice(given: unknown): { feature: unknown; device?: unknown; profile?: unknown } {
  const properties = (given as { properties?: unknown } | null)?.properties
  if (typeof properties !== 'object' || properties === null) return { feature: given }
  const { device, profile, ...rest } = properties as Record<string, unknown>
  const { type, id, geometry } = given as Record<string, unknown>
  // Only what an asset has: a file may bring a bounding box or members of its own.
  return { feature: { type, id, geometry, properties: rest }, device, profile }
}
