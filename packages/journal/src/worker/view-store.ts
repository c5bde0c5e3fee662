import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { recordChecksum } from '../checksum.ts'
import { JournalError } from '../journal-error.ts'
import type { ViewRecord } from '../protocol.ts'

type SnapshotRow = { epoch: string | null; offset: number | null; state: string | null; crc: number | null }

/** The checkpoints and snapshots of views, and how far retention may cut because of them. */
export type ViewStore = {
  /** Inside the transaction of the caller. */
  save(view: ViewRecord, epoch: string): void
  snapshot(name: string): { epoch: string; offset: number; state: string } | undefined
  /**
   * The last offset that no view needs any more: every one has applied it and has it in its snapshot.
   * @param everyView whether stored views count that nobody has asked for since the start
   */
  floor(everyView: boolean): number
  /** Stored views that nobody has asked for since the start. */
  forgotten(): string[]
  /** How far a view has applied the journal at most. */
  furthest(): number
  /** Gives the snapshots another epoch, except for those of `except`: they were copied together with the journal, so they agree with it. */
  restamp(epoch: string, except: readonly string[]): void
}

export function createViewStore(database: DatabaseSyncInstance): ViewStore {
  const select = database.prepare('SELECT epoch, offset, state, crc FROM view WHERE name = ?')
  const all = database.prepare('SELECT name, offset FROM view')
  const move = database.prepare(
    'INSERT INTO view(name, checkpoint) VALUES (?, ?) ON CONFLICT(name) DO UPDATE SET checkpoint = excluded.checkpoint'
  )
  const keep = database.prepare(
    `INSERT INTO view(name, checkpoint, epoch, offset, state, crc) VALUES (?1, ?2, ?3, ?2, ?4, ?5)
     ON CONFLICT(name) DO UPDATE SET checkpoint = max(checkpoint, excluded.checkpoint), epoch = excluded.epoch,
     offset = excluded.offset, state = excluded.state, crc = excluded.crc`
  )
  /** Views of this run. One that has no snapshot yet needs everything. */
  const known = new Set<string>()

  const snapshotOf = (name: string) => {
    const row = select.get(name) as SnapshotRow | undefined
    if (row === undefined || row.state === null) return undefined
    const { epoch, offset, state, crc } = row
    if (epoch === null || offset === null || recordChecksum(name, epoch, offset, state) !== crc) {
      throw new JournalError('damaged', `The snapshot of view "${name}" is damaged`, {
        view: name,
        offset: offset ?? -1
      })
    }
    return { epoch, offset, state }
  }
  const stored = () => all.all() as { name: string; offset: number | null }[]

  return {
    save({ name, checkpoint, state }, epoch) {
      known.add(name)
      if (state === undefined) move.run(name, checkpoint)
      else keep.run(name, checkpoint, epoch, state, recordChecksum(name, epoch, checkpoint, state))
    },
    snapshot(name) {
      known.add(name)
      return snapshotOf(name)
    },
    floor(everyView) {
      const offsets = new Map(stored().map(({ name, offset }) => [name, offset ?? 0]))
      const counted = everyView ? new Set([...known, ...offsets.keys()]) : known
      return Math.min(Number.MAX_SAFE_INTEGER, ...[...counted].map((name) => offsets.get(name) ?? 0))
    },
    forgotten: () =>
      stored()
        .map(({ name }) => name)
        .filter((name) => !known.has(name)),
    furthest() {
      const row = database.prepare('SELECT max(checkpoint) AS checkpoint FROM view').get()
      return (row as { checkpoint: number | null }).checkpoint ?? 0
    },
    restamp(epoch, except) {
      for (const { name } of stored()) {
        const snapshot = except.includes(name) ? undefined : snapshotOf(name)
        if (snapshot === undefined) continue
        const { offset, state } = snapshot
        keep.run(name, offset, epoch, state, recordChecksum(name, epoch, offset, state))
      }
    }
  }
}
