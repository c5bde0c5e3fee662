import { defaultLimitBytes, type ResolvedLimits } from '../limits.ts'
import type { SpaceReport } from '../protocol.ts'

/** Share of the limit at which telemetry is cut whatever its age, as long as no view needs it. */
const squeezeAt = 0.8
/** Once full, intake goes on only when there is noticeably more room, so that it does not flicker. */
const resumeAt = 0.97
const reserveToResume = 1.25
const reserveToSqueeze = 1.5
/** The intake of so long is looked at for how long space lasts. */
const window = 300_000
const leastWindow = 30_000

export type SpaceWatch = {
  /** Measures, and judges. */
  report(now: number): SpaceReport
  /** Bytes that were appended, for the forecast. */
  appended(bytes: number): void
  /** Whether a measurement is due before the next second, since so much has come. */
  due(): boolean
  /** The disk said that it is full, whatever the numbers say. Undone by `writable`. */
  refused(): void
  writable(): void
  /** Space runs out: cut telemetry whatever its age. */
  squeeze(): boolean
  /** The disk is short: give pages that were freed back to it. */
  diskShort(): boolean
  /** Room for the ballast, and still enough to go on: at least as much again, or it would be given up at once. */
  roomFor(bytes: number): boolean
}

export function createSpaceWatch(options: {
  limits: ResolvedLimits
  usedBytes: () => number
  freeBytes: () => number
  oldest: () => number
}): SpaceWatch {
  const { limits, usedBytes, freeBytes, oldest } = options
  const limitBytes = limits.limitBytes ?? defaultLimitBytes(usedBytes(), freeBytes())
  const samples: { at: number; total: number }[] = []
  let total = 0
  let sinceReport = 0
  let used = 0
  let free = 0
  let full = false
  let refusedByDisk = false

  /** Seconds until nothing more fits, at the intake of the last minutes and with nothing cut. */
  const forecast = (now: number): number | undefined => {
    samples.push({ at: now, total })
    while (samples.length > 2 && now - (samples[0]?.at ?? now) > window) samples.shift()
    const first = samples[0]
    if (first === undefined || now - first.at < leastWindow || total <= first.total) return undefined
    const perSecond = ((total - first.total) / (now - first.at)) * 1_000
    const room = Math.min(limitBytes - used, free - limits.reserveBytes)
    return Math.max(0, Math.round(room / perSecond))
  }

  const diskShort = () => refusedByDisk || free <= limits.reserveBytes * reserveToSqueeze

  return {
    report(now) {
      used = usedBytes()
      free = freeBytes()
      sinceReport = 0
      const share = full ? resumeAt : 1
      const reserve = full ? limits.reserveBytes * reserveToResume : limits.reserveBytes
      full = refusedByDisk || used >= limitBytes * share || free <= reserve
      return { full, bytes: used, limitBytes, freeBytes: free, oldest: oldest(), secondsUntilFull: forecast(now) }
    },
    appended(bytes) {
      total += bytes
      sinceReport += bytes
    },
    due: () => !full && used + sinceReport >= limitBytes,
    refused() {
      refusedByDisk = true
    },
    writable() {
      refusedByDisk = false
    },
    squeeze: () => diskShort() || usedBytes() >= limitBytes * squeezeAt,
    diskShort,
    roomFor: (bytes) => freeBytes() - bytes > Math.max(bytes, limits.reserveBytes * reserveToResume)
  }
}
