import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../programs/find-program.ts'
import type { FaultContext } from './fault.ts'

/** A disk that can be filled, and given room again, while the city runs. */
export type SmallDisk = {
  /** Takes all the space that is left. */
  fill(): void
  /** Gives back what `fill` took. */
  free(): void
  /** How it is now, for the log. */
  describe(): string
  /** What the city's command line begins with, as the disk is now: see `before` of startCity. */
  before(): string[]
}

/** A tmpfs of so many megabytes in the place of a folder, where mounting is allowed; undefined elsewhere. It goes with the fault. */
export function mountSmallDisk(context: FaultContext, folder: string, megabytes: number): SmallDisk | undefined {
  if (!context.mayMount) return undefined
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
    describe() {
      const { bavail, bsize } = statfsSync(folder)
      return `${Math.round((bavail * bsize) / 1e6)} MB free`
    },
    before: () => []
  }
}

/** Less than the journal and its log have after the first seconds, so that neither can go on. */
const fullBytes = 1_000_000

/**
 * In the place of a disk, for those who may not mount one: no file of the city may become longer than so many megabytes,
 * and while it is "full" than one megabyte. Writes beyond that fail (EFBIG; Node ignores SIGXFSZ). The limit is of the
 * whole process, so it stops the history's file as well, and can not be set for one of them alone. Undefined without prlimit.
 */
export function limitFileSize(megabytes: number, pid: () => number): SmallDisk | undefined {
  if (findProgram('prlimit') === undefined) return undefined
  // The hard limit stays as it is: nobody needs rights to lift the soft one up to it.
  const limit = (bytes: number) => `--fsize=${bytes}:`
  const roomy = megabytes * 1_000_000
  let bytes = roomy
  const set = (wanted: number | 'unlimited') => {
    execFileSync('prlimit', ['--pid', String(pid()), wanted === 'unlimited' ? '--fsize=unlimited:' : limit(wanted)])
    bytes = wanted === 'unlimited' ? roomy : wanted
  }
  return {
    fill: () => set(fullBytes),
    free: () => set('unlimited'),
    describe: () => `no file beyond ${bytes / 1e6} MB`,
    before: () => ['prlimit', limit(bytes)]
  }
}
