import { readFileSync } from 'node:fs'

/** The most memory that a process of ours held while it was watched, in megabytes. */
export type MemoryWatch = { sample(): void; stop(): number }

/** This process, looked at every 50 ms and whenever `sample` is called. */
export function watchOwnMemory(): MemoryWatch {
  let peak = 0
  const sample = () => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const timer = setInterval(sample, 50)
  return {
    sample,
    stop() {
      clearInterval(timer)
      sample()
      return Math.round(peak / 1e6)
    }
  }
}

/** Another process: the kernel keeps its peak (Linux; elsewhere 0). */
export function peakOf(pid: number): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return Math.round((Number(kilobytes ?? 0) * 1_024) / 1e6)
  } catch {
    return 0
  }
}
