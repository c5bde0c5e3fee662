import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultContext } from './fault.ts'

export type SmallDisk = {
  folder: string
  /** Takes all the space that is left. */
  fill(): void
  /** Gives back what `fill` took. */
  free(): void
  freeMegabytes(): number
}

/** A tmpfs of so many megabytes in the place of a folder, where mounting is allowed; undefined elsewhere. It goes with the fault. */
export function mountSmallDisk(context: FaultContext, folder: string, megabytes: number): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  // Before the city's end is registered, so that it is unmounted after it.
  context.onEnd(() => execFileSync('umount', [folder]))
  const filler = join(folder, 'filler')
  return {
    folder,
    fill() {
      const chunk = Buffer.alloc(65_536)
      const descriptor = openSync(filler, 'a')
      try {
        for (;;) writeSync(descriptor, chunk)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(descriptor)
      }
    },
    free: () => rmSync(filler, { force: true }),
    freeMegabytes() {
      const { bavail, bsize } = statfsSync(folder)
      return Math.round((bavail * bsize) / 1e6)
    }
  }
}
