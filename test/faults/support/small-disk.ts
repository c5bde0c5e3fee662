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

/**
 * In the place of a disk, for those who may not mount one: no file of the city may become longer than so many megabytes, and
 * while it is "full" than `fullMegabytes`. Writes beyond that fail (EFBIG; Node ignores SIGXFSZ). The limit is of the whole
 * process: it stops whichever file comes to it. Undefined without prlimit.
 * @param pid of the city while it runs; otherwise the next start begins with what `before` says
 */
export function limitFileSize(
  { megabytes, fullMegabytes }: { megabytes: number; fullMegabytes: number },
  pid: () => number | undefined
): SmallDisk | undefined {
  if (findProgram('prlimit') === undefined) return undefined
  // The hard limit stays as it is: nobody needs rights to lift the soft one up to it.
  const limit = (most: number) => `--fsize=${most * 1_000_000}:`
  let now = megabytes
  const set = (wanted: number) => {
    now = wanted
    const running = pid()
    if (running !== undefined) execFileSync('prlimit', ['--pid', String(running), limit(now)])
  }
  return {
    fill: () => set(fullMegabytes),
    free: () => set(megabytes),
    describe: () => `no file beyond ${now} MB`,
    before: () => ['prlimit', limit(now)]
  }
}
