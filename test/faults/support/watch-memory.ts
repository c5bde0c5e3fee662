import { readFileSync } from 'node:fs'
import { descendants } from '../../city/processes.ts'

export type MemoryWatch = {
  /** The most that the process and its children had at one time, as far as the kernel's own high-water marks tell. */
  peakMegabytes(): number
  /** Right before it ends, so that its last moments count. */
  look(): void
  stop(): void
}

/** Follows the resident memory of a process (Linux), whose id may change with restarts. */
export function watchMemory(pid: () => number | undefined): MemoryWatch {
  let peak = 0
  const look = () => {
    const root = pid()
    if (root === undefined) return
    const bytes = [root, ...descendants(root)].reduce((sum, one) => sum + highWater(one), 0)
    peak = Math.max(peak, bytes)
  }
  const timer = setInterval(look, 500)
  return {
    peakMegabytes: () => Math.round(peak / 1_024),
    look,
    stop: () => clearInterval(timer)
  }
}

/** kB; 0 where it has ended. */
function highWater(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
