import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync
} from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { JournalError, renewEpoch } from '@city-brain/journal'
import { ControlFault } from '../control/control-messages.ts'
import { prepareDataFolder } from '../data-folder.ts'
import { adoptHistories, outlets } from './journal-commands.ts'
import { type Manifest, readManifest } from './manifest.ts'

/**
 * `restore FROM`: puts a backup into an empty data folder, after each of its files was checked. The journal begins a new
 * epoch, since what came after the backup is cut; the histories go on with it where they stood. Where it fails, the folder
 * is as empty as before.
 */
export async function restoreBackup({
  from,
  data,
  print,
  progress
}: {
  from: string
  data: string
  print: (line: string) => void
  progress: (what: string) => void
}): Promise<Manifest> {
  const manifest = await readManifest(from, progress)
  const folder = await prepareDataFolder(data)
  if (readdirSync(folder).length > 0) {
    throw new ControlFault(`${data} is not empty: a backup is put into an empty data folder only.`)
  }
  try {
    for (const { path } of manifest.files) {
      const to = resolve(folder, path)
      if (!to.startsWith(folder + sep)) throw new ControlFault(`The backup names a file outside of itself: ${path}.`)
      progress(`Putting back ${path}`)
      mkdirSync(dirname(to), { recursive: true, mode: 0o700 })
      copyFileSync(join(from, path), to, constants.COPYFILE_FICLONE)
      chmodSync(to, 0o600)
      flush(to)
    }
    renewEpoch({ folder: join(folder, 'journal'), outlets })
    if (!(await adoptHistories({ data: folder, print }))) {
      throw new ControlFault('The backup does not fit together: a history in it is not of its journal.')
    }
    return manifest
  } catch (error) {
    for (const name of existsSync(folder) ? readdirSync(folder) : [])
      rmSync(join(folder, name), { recursive: true, force: true })
    if (error instanceof JournalError) throw new ControlFault(`The backup could not be put back: ${error.message}`)
    throw error
  }
}

function flush(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
