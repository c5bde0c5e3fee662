import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Tick } from '@city-brain/model'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError, toErrorRecord } from '../journal-error.ts'
import type { CommitGroup, FromWorker, Opened, Question, SnapshotAnswer, WorkerStart } from '../protocol.ts'
import { createCommitter } from './commit-group.ts'
import { createBallast, createUsage, freeBytesOf } from './disk-space.ts'
import { openHeadMarker } from './head-marker.ts'
import { takeLock } from './lock.ts'
import { createMaintenance } from './maintenance.ts'
import { createNotes } from './notes.ts'
import { openDatabase } from './open-database.ts'
import { createEntryReader } from './read-entries.ts'
import { checkEnd, verifyTail } from './recover-head.ts'
import { createRetention } from './retention.ts'
import { createRetentionTime, type RetentionTimeState } from './retention-time.ts'
import { createSpaceWatch } from './space-watch.ts'
import { toJournalError } from './sqlite-fault.ts'
import { createViewStore } from './view-store.ts'

export type Store = {
  readonly opened: Opened
  commit(group: CommitGroup): void
  maintain(wall: number, monotonic: number): void
  ask(question: Question): unknown
}

/** Opens the journal's files in their folder and joins what works on them. Throws a `JournalError`. */
export function openStore(
  { folder, limits, now, monotonic, kinds }: WorkerStart,
  post: (message: FromWorker) => void
): Store {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw new JournalError('unwritable', `The journal's folder ${folder} cannot be made: ${(error as Error).message}`)
  }
  const lock = takeLock(join(folder, 'lock.db'), folder)
  try {
    return openLocked()
  } catch (error) {
    lock.close()
    throw toJournalError(error, `The journal in ${folder} cannot be opened`)
  }

  function openLocked(): Store {
    const file = join(folder, 'journal.db')
    const marker = openHeadMarker(join(folder, 'head'))
    const database: DatabaseSyncInstance = openDatabase(file, (fresh) => {
      const marked = marker.read()
      if (marked !== undefined && marked.head > 0) {
        const message = `${file} is empty or gone, but the journal had committed up to ${marked.head}`
        throw new JournalError('damaged', message, { from: 1, to: marked.head, epoch: marked.epoch })
      }
      const notes = createNotes(fresh)
      notes.set('epoch', randomUUID())
      notes.set('tally', { accepted: 0, rejected: 0, duplicate: 0 })
    })
    try {
      const notes = createNotes(database)
      const views = createViewStore(database)
      const head = verifyTail(database)
      const epoch = notes.get('epoch') as string
      checkEnd({ views, marker, epoch, head })
      const retention = createRetention({ database, notes, limits, kinds })
      const committer = createCommitter({ database, notes, views, retention, kinds, epoch, head })
      const oldest = database.prepare('SELECT min(offset) AS oldest FROM entry')
      const space = createSpaceWatch({
        limits,
        usedBytes: createUsage(database),
        freeBytes: () => freeBytesOf(folder),
        oldest: () => (oldest.get() as { oldest: number | null }).oldest ?? 0
      })
      const ballast = createBallast(join(folder, 'ballast'), limits.ballastBytes)
      const lastTick = notes.get('tick') as Tick | undefined
      const saved = notes.get('retentionTime') as RetentionTimeState | undefined
      const time = createRetentionTime(saved ?? { time: lastTick?.now ?? now, waited: 0 })
      const maintenance = createMaintenance({
        post,
        notes,
        database,
        retention,
        views,
        space,
        ballast,
        limits,
        time,
        startedAt: monotonic,
        head: committer.head,
        mark: () => marker.write(epoch, committer.head())
      })
      const reader = createEntryReader(database)
      maintenance.start(now)

      return {
        opened: {
          epoch,
          head,
          tally: notes.get('tally') as Opened['tally'],
          tick: notes.get('tick') === undefined ? undefined : JSON.stringify(notes.get('tick')),
          space: { ...space.report(monotonic), retentionTime: time.now() }
        },
        commit(group) {
          try {
            const { first, head, dropped } = committer.commit(group)
            post({ type: 'committed', first, head, dropped })
            maintenance.committed(group.entries.text.length + group.entries.count * bytesBesidesText)
          } catch (error) {
            const fault = toJournalError(error, 'Entries could not be written')
            if (fault.code === 'full') maintenance.diskFull()
            post({ type: 'rejected', error: toErrorRecord(fault) })
          }
        },
        maintain: maintenance.run,
        ask(question) {
          switch (question.type) {
            case 'read':
              return guarded(`Reading the journal after ${question.after}`, () => reader.forward(question))
            case 'read-back':
              return guarded(`Reading the journal before ${question.before}`, () => reader.back(question))
            case 'snapshot':
              return guarded(`Reading the snapshot of view "${question.view}"`, () => snapshot(question.view))
            case 'close':
              maintenance.stop()
              marker.write(epoch, committer.head())
              marker.close()
              database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
              database.close()
              lock.close()
              return undefined
          }
        }
      }

      function snapshot(view: string): SnapshotAnswer {
        const found = views.snapshot(view)
        return found && { ...found, cutThrough: retention.cutThrough() }
      }
    } catch (error) {
      database.close()
      throw error
    }
  }
}

/** Row header, numbers and share of the page; for the forecast only. */
const bytesBesidesText = 40

function guarded<T>(doing: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toJournalError(error, doing)
  }
}
