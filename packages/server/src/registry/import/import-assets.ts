import type { ImportAnswer, ImportFault, Position } from '@city-brain/model'
import type { Registry } from '../registry.ts'
import { readContainerRows } from './container-rows.ts'
import type { ImportedAsset } from './imported-asset.ts'
import { planImport } from './plan-import.ts'
import { readCsv } from './read-csv.ts'
import { readGeojson } from './read-geojson.ts'
import { readXlsx } from './read-xlsx.ts'

export const importFormats = ['csv', 'xlsx', 'geojson'] as const
export type ImportFormat = (typeof importFormats)[number]

/** Faults that an answer lists; the count is that of all. */
const listed = 1_000

export type ImportAssets = (
  file: { format: ImportFormat; bytes: Buffer; dryRun: boolean },
  operator: string
) => Promise<ImportAnswer>

/**
 * Imports assets and the devices that report them: all of a file in one transaction, or nothing of it. The same file again
 * changes nothing.
 */
export function createImportAssets({ registry, centre }: { registry: Registry; centre: Position }): ImportAssets {
  return ({ format, bytes, dryRun }, operator) =>
    registry.exclusive(async () => {
      const read = readFile(format, bytes, registry)
      const plan = planImport(read.assets, { registry, centre })
      const faults = [...read.faults, ...plan.faults].sort((a, b) => a.row - b.row)
      const applied = faults.length === 0 && !dryRun
      const { assets, devices } = plan
      if (applied && plan.changes.length > 0) {
        const detail = {
          format,
          added: assets.added,
          changed: assets.changed,
          devicesAdded: devices.added,
          devicesChanged: devices.changed
        }
        await registry.commit(plan.changes, { action: 'assets-imported', operator, detail })
      }
      return {
        dryRun,
        applied,
        rows: read.rows,
        assets,
        devices,
        faults: faults.slice(0, listed),
        faultCount: faults.length
      }
    })
}

type ReadAssets = { assets: ImportedAsset[]; faults: ImportFault[]; rows: number }

function readFile(format: ImportFormat, bytes: Buffer, registry: Registry): ReadAssets {
  if (format === 'geojson') {
    const read = readGeojson(bytes)
    return { ...read, rows: new Set([...read.assets, ...read.faults].map(({ row }) => row)).size }
  }
  const sheet = format === 'csv' ? readCsv(bytes) : readXlsx(bytes)
  if ('fault' in sheet) return { assets: [], faults: [sheet.fault], rows: 0 }
  return { ...readContainerRows(sheet.table, registry.asset), rows: sheet.table.rows.length }
}
