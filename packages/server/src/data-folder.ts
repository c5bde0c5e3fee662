import { constants } from 'node:fs'
import { access, mkdir, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StartFault } from './start-fault.ts'

/** Makes the data folder where it is missing, for its owner alone, and makes sure that it can be written to. */
export async function prepareDataFolder(folder: string): Promise<string> {
  try {
    await makeFolder(folder)
    await access(folder, constants.W_OK | constants.X_OK)
    return await realpath(folder)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reasons: Record<string, string> = {
      EACCES: 'you may not write there',
      EPERM: 'you may not write there',
      EROFS: 'the disk is read-only',
      ENOENT: 'nothing can be made there',
      ENOSPC: 'the disk is full',
      EEXIST: 'there is a file of that name',
      ENOTDIR: 'a part of the path is a file'
    }
    throw new StartFault(
      `The data folder ${folder} cannot be used: ${(code && reasons[code]) ?? code ?? String(error)}.`
    )
  }
}

/**
 * Makes a folder and those above it. One step at a time, because Node's own `recursive` never comes back from a file
 * system that answers ENOENT to everything, as /proc does.
 */
async function makeFolder(folder: string): Promise<void> {
  const there = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (there?.isDirectory()) return
  if (!there && dirname(folder) !== folder) await makeFolder(dirname(folder))
  await mkdir(folder, { mode: 0o700 })
}
