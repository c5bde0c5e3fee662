import { constants } from 'node:fs'
import { access, mkdir, realpath } from 'node:fs/promises'
import { StartFault } from './start-fault.ts'

/** Makes the data folder where it is missing, for its owner alone, and makes sure that it can be written to. */
export async function prepareDataFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK | constants.X_OK)
    return await realpath(folder)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const reasons: Record<string, string> = {
      EACCES: 'you may not write there',
      EPERM: 'you may not write there',
      EROFS: 'the disk is read-only',
      ENOSPC: 'the disk is full',
      EEXIST: 'there is a file of that name',
      ENOTDIR: 'a part of the path is a file'
    }
    throw new StartFault(
      `The data folder ${folder} cannot be used: ${(code && reasons[code]) ?? code ?? String(error)}.`
    )
  }
}
