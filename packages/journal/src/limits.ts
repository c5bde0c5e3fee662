/** How much the journal keeps, and of what. */
export type JournalLimits = {
  /** Bytes that entries may take. Default: 20 GB, or half of what the disk has for it where that is less. */
  limitBytes?: number
  /** Readings, ticks, SPaT, device status and dead letters are cut when they are older (default 14 days). */
  readingDays?: number
  /** Everything else is the audit trail (default 365 days). */
  auditDays?: number
  /** Dead letters beyond so many bytes are cut, oldest first (default 256 MB). */
  deadLetterBytes?: number
  /** Free space on the disk at which intake stops (default 64 MB). */
  reserveBytes?: number
  /** Size of the file that is given up on a full disk, so that retention can write (default 16 MB). */
  ballastBytes?: number
  /**
   * For so many milliseconds after the start, a stored view that nobody has asked for yet still holds retention back
   * (default 10 minutes); after that it counts as no longer configured.
   */
  viewGrace?: number
}

export type ResolvedLimits = Required<Omit<JournalLimits, 'limitBytes'>> & { limitBytes: number | undefined }

const megabyte = 1_000_000

/** The limits with defaults; `limitBytes` stays open, since it depends on the disk. */
export function resolveLimits(limits: JournalLimits): ResolvedLimits {
  return {
    limitBytes: limits.limitBytes,
    readingDays: limits.readingDays ?? 14,
    auditDays: limits.auditDays ?? 365,
    deadLetterBytes: limits.deadLetterBytes ?? 256 * megabyte,
    reserveBytes: limits.reserveBytes ?? 64 * megabyte,
    ballastBytes: limits.ballastBytes ?? 16 * megabyte,
    viewGrace: limits.viewGrace ?? 600_000
  }
}

/** The default size limit: 20 GB, or half of the space that the journal has and could have, where that is less. */
export function defaultLimitBytes(usedBytes: number, freeBytes: number): number {
  return Math.min(20_000 * megabyte, Math.floor((usedBytes + freeBytes) / 2))
}
