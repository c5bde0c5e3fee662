import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { askCity } from '../control/control-client.ts'
import { ControlFault } from '../control/control-messages.ts'
import type { ImportFormat } from '../registry/import/import-assets.ts'
import { print, printable, running } from './command-output.ts'

const formats: Record<string, ImportFormat> = { '.csv': 'csv', '.xlsx': 'xlsx', '.geojson': 'geojson' }

/** `import assets FILE [--dry-run]`: prints every fault with its place, and what was or would be changed. */
export async function importCommand(path: string, file: string | undefined, dryRun: boolean): Promise<void> {
  if (file === undefined) throw new ControlFault('Say which file: import assets FILE [--dry-run].')
  const format = formats[extname(file).toLowerCase()]
  if (format === undefined) throw new ControlFault(`${file} must end in ${Object.keys(formats).join(', ')}.`)
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new ControlFault(`There is no file ${file}.`)
    throw new ControlFault(`${file} cannot be read: ${error.message}`)
  })
  const answer = await running(askCity(path, 'import-assets', { format, content: bytes.toString('base64'), dryRun }))
  const { assets, devices, faults, faultCount } = answer
  for (const { row, column, message } of faults) {
    print(printable(`row ${row}${column === undefined ? '' : `, ${column}`}: ${message}`))
  }
  if (faultCount > faults.length) print(`… and ${faultCount - faults.length} more`)
  if (faultCount > 0) {
    const many = faultCount === 1 ? 'fault' : 'faults'
    throw new ControlFault(`${faultCount} ${many} in ${answer.rows} rows. Nothing was changed.`)
  }
  const what = `${assets.added} added, ${assets.changed} changed, ${assets.unchanged} unchanged; devices: ${devices.added} added, ${devices.changed} changed`
  print(dryRun ? `Dry run, nothing was changed. It would be: ${what}.` : `Imported: ${what}.`)
}
