import { realpathSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { ControlFault } from '../control/control-messages.ts'

/** A backup inside the data folder goes with it, when the disk fails or somebody deletes the folder. Both absolute. */
export function refuseInside(to: string, data: string): void {
  const path = relative(realpathSync(data), realPlace(to))
  if (path === '..' || path.startsWith(`..${sep}`)) return
  throw new ControlFault(`${to} lies in the data folder ${data}: a backup needs a place outside of what it copies.`)
}

/** Where a folder is or will be, whatever links lead there. */
function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    const parent = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error
    return join(realPlace(parent), basename(path))
  }
}
