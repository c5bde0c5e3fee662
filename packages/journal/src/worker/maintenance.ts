import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import type { ResolvedLimits } from '../limits.ts'
import type { FromWorker } from '../protocol.ts'
import type { Ballast } from './disk-space.ts'
import type { Notes } from './notes.ts'
import type { Retention } from './retention.ts'
import type { RetentionTime } from './retention-time.ts'
import type { SpaceWatch } from './space-watch.ts'
import { toJournalError } from './sqlite-fault.ts'
import type { ViewStore } from './view-store.ts'

/** Time that retention may take of each second, milliseconds; commits come between its steps. */
const budget = 250
/** How often the time by which entries age is kept, milliseconds. */
const keepTimeEvery = 60_000

export type Maintenance = {
  start(wall: number): void
  /** Once a second: mark the head, cut what may go, measure, report. */
  run(wall: number, monotonic: number): void
  committed(bytes: number): void
  /** The disk refused a commit: the ballast goes, so that retention can write. */
  diskFull(): void
  stop(): void
}

export function createMaintenance(options: {
  post: (message: FromWorker) => void
  database: DatabaseSyncInstance
  notes: Notes
  retention: Retention
  views: ViewStore
  space: SpaceWatch
  ballast: Ballast
  limits: ResolvedLimits
  time: RetentionTime
  /** On the monotonic clock, as all that is no wall clock here. */
  startedAt: number
  head: () => number
  mark: () => void
}): Maintenance {
  const { post, database, notes, retention, views, space, ballast, limits, time, startedAt, head, mark } = options
  let now = startedAt
  let timeKeptAt = Number.NEGATIVE_INFINITY
  let full = false
  let cutting: NodeJS.Immediate | undefined
  let warned = false
  let refused = false

  const log = (level: 'info' | 'warn' | 'error', message: string, detail?: Record<string, unknown>) =>
    post({ type: 'log', level, message, ...(detail ? { detail } : {}) })

  const report = () => {
    const state = space.report(now)
    if (state.full !== full) {
      full = state.full
      const { bytes, limitBytes, freeBytes } = state
      if (full) log('error', 'The journal is full: intake is stopped', { bytes, limitBytes, freeBytes })
      else log('info', 'The journal has room again: intake goes on', { bytes, limitBytes, freeBytes })
    }
    post({ type: 'space', space: { ...state, retentionTime: time.now() } })
  }

  /** The last offset that may go. Right after the start, views that are yet to come count too. */
  const floor = (): number => {
    const everyView = now - startedAt < limits.viewGrace
    if (!everyView && !warned) {
      warned = true
      const names = views.forgotten()
      if (names.length > 0) log('warn', 'Views that nobody runs any more do not hold retention back', { views: names })
    }
    return views.floor(everyView)
  }

  const attempt = (doing: string, work: () => void) => {
    try {
      work()
    } catch (error) {
      const fault = toJournalError(error, doing)
      if (fault.code === 'full') diskFull()
      else log('error', fault.message, { code: fault.code })
    }
  }

  /**
   * Returns freed pages to the disk. The file becomes shorter only when the write-ahead log has been carried over; that
   * comes first as well, so that the log does not eat up what is left.
   */
  const giveBack = () => {
    // A backup that reads must not hold up commits: without waiting for it, the next second tries again.
    const sqls = [
      'busy_timeout = 0',
      'wal_checkpoint(TRUNCATE)',
      'incremental_vacuum(1000)',
      'wal_checkpoint(TRUNCATE)',
      'busy_timeout = 5000'
    ]
    for (const sql of sqls) {
      attempt('Freed space could not be given back to the disk', () => database.exec(`PRAGMA ${sql}`))
    }
  }

  const cut = (until: number) => {
    cutting = undefined
    try {
      const more = retention.step({ now: time.now(), head: head(), floor: floor(), squeeze: space.squeeze() }) > 0
      if (more && performance.now() < until) {
        // One step at a time: whoever waits for a commit or a page comes first.
        cutting = setImmediate(cut, until)
        return
      }
      report()
    } catch (error) {
      const fault = toJournalError(error, 'Retention could not cut old entries')
      log('error', fault.message, { code: fault.code, ...fault.detail })
      if (fault.code === 'full') diskFull()
      else report()
    }
  }

  function diskFull(): void {
    space.refused()
    if (!refused) {
      refused = true
      log('error', 'The disk of the journal is full: the ballast is given up so that retention can write')
    }
    ballast.giveUp()
    report()
  }

  const keepTime = () => {
    timeKeptAt = now
    attempt('The time by which entries age could not be kept', () => notes.set('retentionTime', time.state()))
  }

  const passTime = (wall: number, monotonic: number) => {
    const verdict = time.pass(wall, monotonic - now)
    now = monotonic
    const detail = { wall, retentionTime: time.now() }
    if (verdict === 'doubted') {
      log('warn', 'The clock is more than a day ahead: entries age by it only when it has stood for a day', detail)
    } else if (verdict === 'believed') log('warn', 'The clock has stood for a day: entries age by it again', detail)
    if (verdict !== undefined || now - timeKeptAt >= keepTimeEvery) keepTime()
  }

  /** After the disk was full: whether it takes a write again, and has room for the ballast. */
  const tryDisk = () => {
    attempt('The disk of the journal', () => {
      try {
        database.exec('BEGIN IMMEDIATE')
        notes.set('diskTried', now)
        database.exec('COMMIT')
      } finally {
        if (database.isTransaction) database.exec('ROLLBACK')
      }
      if (!space.roomFor(limits.ballastBytes) || !ballast.take()) return
      refused = false
      space.writable()
    })
  }

  return {
    start(wall) {
      if (!ballast.take()) {
        refused = true
        space.refused()
      }
      mark()
      passTime(wall, startedAt)
    },
    run(wall, monotonic) {
      passTime(wall, monotonic)
      attempt('The head of the journal could not be marked', mark)
      if (space.diskShort()) giveBack()
      if (refused) tryDisk()
      if (cutting === undefined) cut(performance.now() + budget)
    },
    committed(bytes) {
      space.appended(bytes)
      if (space.due()) report()
    },
    diskFull,
    stop() {
      keepTime()
      if (cutting !== undefined) clearImmediate(cutting)
    }
  }
}
