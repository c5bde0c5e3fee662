import type { Tally } from '@city-brain/model'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { field, fieldCount, type PackedEntries } from '../packed-entries.ts'
import type { CommitGroup, KindTable } from '../protocol.ts'
import { createInserter } from './insert-entries.ts'
import type { Notes } from './notes.ts'
import type { Retention } from './retention.ts'
import type { ViewStore } from './view-store.ts'

export type Committer = {
  /** One transaction; it is on disk when this returns. After a throw nothing of it is stored. */
  commit(group: CommitGroup): { first: number; head: number; dropped: number[] | undefined }
  head(): number
}

export function createCommitter(options: {
  database: DatabaseSyncInstance
  notes: Notes
  views: ViewStore
  retention: Retention
  kinds: KindTable
  epoch: string
  head: number
}): Committer {
  const { database, notes, views, retention, kinds, epoch } = options
  const insert = createInserter(database)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const end = database.prepare('COMMIT')
  let head = options.head
  let tally = notes.get('tally') as Tally

  return {
    commit({ entries, tally: added, views: records }) {
      const first = head + 1
      begin.run()
      try {
        const { next, dropped } = insert(entries, first)
        const total = added === undefined ? tally : sum(tally, added)
        if (added !== undefined) notes.set('tally', total)
        for (const record of records ?? []) views.save(record, epoch)
        noteSpecial(entries)
        end.run()
        head = next - 1
        tally = total
        return { first, head, dropped }
      } catch (error) {
        // A full disk or an I/O error has rolled the transaction back already.
        if (database.isTransaction) database.exec('ROLLBACK')
        retention.reload()
        throw error
      }
    },
    head: () => head
  }

  /** The newest tick, from which the clock goes on after a restart, and the size of dead letters, for their quota. */
  function noteSpecial({ count, numbers, text }: PackedEntries): void {
    let deadLetterBytes = 0
    let tick: string | undefined
    let from = 0
    for (let at = 0; at < count * fieldCount; at += fieldCount) {
      const payloadLength = numbers[at + field.payloadLength] as number
      const kind = numbers[at + field.kind] as number
      from +=
        (numbers[at + field.entityLength] as number) +
        (numbers[at + field.sourceLength] as number) +
        Math.max(0, numbers[at + field.idLength] as number) +
        payloadLength
      if (kind === kinds.tick) tick = text.slice(from - payloadLength, from)
      else if (kind === kinds.deadLetter) deadLetterBytes += payloadLength
    }
    if (tick !== undefined) notes.set('tick', JSON.parse(tick))
    if (deadLetterBytes > 0) retention.addDeadLetterBytes(deadLetterBytes)
  }
}

function sum(a: Tally, b: Tally): Tally {
  return {
    accepted: a.accepted + b.accepted,
    rejected: a.rejected + b.rejected,
    duplicate: a.duplicate + b.duplicate
  }
}
