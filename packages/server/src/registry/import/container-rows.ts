import type { Asset, ImportFault } from '@city-brain/model'
import { checkFeature } from '../../city/check-assets.ts'
import { type Column, checkColumns } from './container-columns.ts'
import type { ImportedAsset } from './imported-asset.ts'
import type { Table } from './table.ts'

type CellFault = { column: string; message: string }

/** JSON pointer of a feature → the column that it came from. */
const columnOfPath: [prefix: string, column: Column][] = [
  ['/id', 'id'],
  ['/properties/name/en', 'name_en'],
  ['/properties/name/zh', 'name_zh'],
  ['/properties/name', 'name'],
  ['/properties/area', 'area'],
  ['/properties/storedWasteKind', 'storedWasteKind'],
  ['/properties/binCapacity', 'binCapacity'],
  ['/properties/expectedInterval', 'expectedInterval'],
  ['/properties/sensor/distanceEmpty', 'distanceEmpty'],
  ['/properties/sensor/distanceFull', 'distanceFull'],
  ['/properties/sensor', 'distanceFull'],
  ['/geometry/coordinates/1', 'latitude'],
  ['/geometry', 'longitude']
]

/**
 * The containers of a table. A column that is not in the heading leaves what the container has; an empty cell takes it
 * away. Faults are those of a row by itself; what it refers to is checked after.
 */
export function readContainerRows(
  table: Table,
  existing: (id: string) => Asset | undefined
): { assets: ImportedAsset[]; faults: ImportFault[] } {
  const heading = checkColumns(table.columns)
  if (heading.length > 0) return { assets: [], faults: heading.map((fault) => ({ row: 1, ...fault })) }
  const faults: ImportFault[] = []
  const assets: ImportedAsset[] = []
  for (const { row, cells } of table.rows) {
    const tooMany = cells.slice(table.columns.length).findIndex((cell) => cell !== '')
    if (tooMany !== -1) {
      // Which cell belongs to which column is not known then: more of it would only mislead.
      const message = `has ${table.columns.length + tooMany + 1} cells, the heading ${table.columns.length}`
      faults.push({ row, message })
      continue
    }
    const { asset, faults: found } = readRow(table.columns, cells, existing)
    for (const fault of found) faults.push({ row, ...fault })
    assets.push({ row, ...asset })
  }
  return { assets, faults }
}

function readRow(
  columns: readonly string[],
  cells: readonly string[],
  existing: (id: string) => Asset | undefined
): { asset: Omit<ImportedAsset, 'row'>; faults: CellFault[] } {
  const faults: CellFault[] = []
  const text = (column: Column): string => cells[columns.indexOf(column)] ?? ''
  const has = (column: Column) => columns.includes(column)
  const number = (column: Column): number | undefined => {
    const cell = text(column)
    if (cell === '') return undefined
    if (/^-?\d{1,12}(\.\d{1,15})?$/.test(cell)) return Number(cell)
    faults.push({
      column,
      message: `must be a number with a point, like 31.25, not ${JSON.stringify(cell.slice(0, 40))}`
    })
    return Number.NaN
  }
  const needed = (column: Column) => {
    if (text(column) === '') faults.push({ column, message: 'is empty' })
  }
  for (const column of ['id', 'area', 'longitude', 'latitude', 'storedWasteKind', 'binCapacity'] as const)
    needed(column)
  const [en, zh] = [text('name_en') || text('name'), text('name_zh') || text('name')]
  if (!en) needed(has('name_en') ? 'name_en' : 'name')
  if (!zh && !(en === '' && !has('name_zh'))) needed(has('name_zh') ? 'name_zh' : 'name')

  const id = text('id')
  const known = existing(id)?.properties
  const kept = known?.kind === 'container' ? known : undefined
  const [distanceEmpty, distanceFull] = [number('distanceEmpty'), number('distanceFull')]
  if ((distanceEmpty === undefined) !== (distanceFull === undefined)) {
    needed(distanceEmpty === undefined ? 'distanceEmpty' : 'distanceFull')
  }
  const sensor = has('distanceEmpty')
    ? distanceEmpty === undefined || distanceFull === undefined
      ? undefined
      : { distanceEmpty, distanceFull }
    : kept?.sensor
  const expectedInterval = has('expectedInterval') ? number('expectedInterval') : kept?.expectedInterval
  const feature = {
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: [number('longitude'), number('latitude')] },
    properties: {
      kind: 'container',
      name: { en, zh },
      area: text('area'),
      ...(expectedInterval === undefined ? {} : { expectedInterval }),
      storedWasteKind: text('storedWasteKind'),
      binCapacity: number('binCapacity'),
      ...(kept?.refWasteContainerIsle === undefined ? {} : { refWasteContainerIsle: kept.refWasteContainerIsle }),
      ...(sensor === undefined ? {} : { sensor })
    }
  }
  // What a cell says wrong by itself is told once, not again by the schema.
  const told = new Set(faults.map(({ column }) => column))
  for (const { path, message } of checkFeature(feature)) {
    const from = columnOfPath.find(([prefix]) => path.startsWith(prefix))?.[1] ?? 'id'
    const column = from.startsWith('name_') && !has(from) ? 'name' : from
    if (told.has(column)) continue
    told.add(column)
    const cell = text(column)
    faults.push({ column, message: cell === '' ? message : `${message}, not ${JSON.stringify(cell.slice(0, 40))}` })
  }
  return {
    asset: {
      faultsAt: faults.map(({ column }) => column),
      asset: feature as unknown as Asset,
      columns: { area: 'area', longitude: 'longitude', latitude: 'latitude', id: 'id', device: 'device' },
      ...(has('device') ? { device: text('device') || id } : {}),
      ...(text('profile') === '' ? {} : { profile: text('profile') })
    },
    faults
  }
}
