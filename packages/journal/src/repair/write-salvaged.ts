import { join } from 'node:path'
import { type EntryKind, entryKinds, type Tally } from '@city-brain/model'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { recordChecksum } from '../checksum.ts'
import { kindTable } from '../kind-table.ts'
import { checksumOf, type EntryRowArray } from '../worker/entry-row.ts'
import { openHeadMarker } from '../worker/head-marker.ts'
import { createNotes } from '../worker/notes.ts'
import { makeDatabase } from './new-database.ts'
import type { JournalFacts } from './read-facts.ts'
import type { Salvage } from './salvage.ts'
import { type LostRange, scanEntries } from './scan-entries.ts'

/** Writes what can be read of `source` into a new journal in the folder `target`, and closes it. */
export function writeSalvaged({
  source,
  facts,
  target,
  knownEnd,
  leftOut,
  epoch,
  now,
  store,
  outlets,
  progress = () => undefined
}: {
  source: DatabaseSyncInstance | undefined
  facts: JournalFacts
  target: string
  knownEnd: number
  leftOut: number
  epoch: string
  now: number
  store?: { offset: number; settled: number }
  outlets: readonly string[]
  progress?: (what: string) => void
}): Omit<Salvage, 'damaged'> {
  const { database, put: insert, finish } = makeDatabase(target)
  const lost: LostRange[] = []
  const kinds: Partial<Record<EntryKind, number>> = {}
  let last: Salvage['last']
  let entries = 0
  let readings = 0
  let unsettled = 0
  let deadLetterBytes = 0
  let tick = facts.tick
  const put = (row: EntryRowArray, hole: number): boolean => {
    const [offset, , kind, , receivedAt, , payload] = row
    if (!insert(row, hole)) return false
    const name = entryKinds[kind]
    if (name !== undefined) kinds[name] = (kinds[name] ?? 0) + 1
    if (name === 'reading') {
      readings++
      if (store !== undefined && offset > store.offset) unsettled++
    }
    if (kind === kindTable.deadLetter) deadLetterBytes += payload?.length ?? 0
    if (kind === kindTable.tick) tick = JSON.parse(payload ?? 'null')
    last = { offset, at: receivedAt }
    entries++
    return true
  }

  /** Offsets before the next entry that are gone, so that the journal knows of the gap. */
  let gap = 0
  const scanned = source === undefined ? nothing(knownEnd) : scanEntries(source, knownEnd)
  for (const { row, hole, lost: range } of scanned as Iterable<{
    row?: EntryRowArray
    hole?: number
    lost?: LostRange
  }>) {
    if (range) {
      lost.push(range)
      gap += range.to - range.from + 1
    }
    if (row === undefined) break
    if (put(row, (hole ?? 0) + gap)) gap = 0
    else {
      // Two entries of one id: only a damaged index lets them in. The first one counts.
      lost.push({ from: row[0], to: row[0], why: 'damaged', kinds: [row[2]], before: row[4] })
      gap += (hole ?? 0) + 1
    }
    if (entries % 50_000 === 0) progress(`Brought over up to ${row[0]} of ${knownEnd}`)
  }
  const through = Math.max(knownEnd, last?.offset ?? 0)
  const { tally, lostReadings } = settle(facts.tally, store, {
    readings,
    unsettled,
    deadLetters: kinds['dead-letter'] ?? 0
  })
  const head = through + leftOut + 1
  const detail = { entries: lost.reduce((sum, { from, to }) => sum + to - from + 1, 0), through, lostReadings }
  const payload = { action: 'journal-salvaged', operator: 'console', detail }
  const mark: EntryRowArray = [
    head,
    0,
    entryKinds.indexOf('operator-action'),
    '',
    now,
    'operator:console',
    JSON.stringify(payload),
    null,
    null,
    0
  ]
  mark[9] = checksumOf(mark)
  insert(mark, head - (last?.offset ?? 0) - 1)

  const notes = createNotes(database)
  for (const [name, value] of facts.notes) notes.set(name, value)
  notes.set('epoch', epoch)
  notes.set('earlier', [...facts.earlier, ...(facts.epoch === undefined ? [] : [{ epoch: facts.epoch, through }])])
  notes.set('gone', [...facts.gone, ...lost.map(({ from, to }) => ({ from, to, salvagedAt: now }))])
  notes.set('tally', tally)
  notes.set('deadLetterBytes', deadLetterBytes)
  if (tick !== undefined) notes.set('tick', tick)
  keepPlaces(database, facts, outlets)
  finish()
  const marker = openHeadMarker(join(target, 'head'))
  marker.write(epoch, head)
  marker.close()
  return {
    epoch,
    earlier: { epoch: facts.epoch, through },
    lost,
    kinds,
    entries,
    last,
    tally,
    lostReadings,
    faults: facts.faults
  }
}

function* nothing(knownEnd: number) {
  const lost: LostRange = { from: 1, to: knownEnd, why: 'unreadable', kinds: [] }
  yield { row: undefined, ...(knownEnd > 0 ? { lost } : {}) }
}

/**
 * Places of the views, under the old epoch and without a state: what is folded from entries begins anew and says so, an
 * outlet goes on at the end and repeats nothing. The history has its checkpoint in its own store.
 */
function keepPlaces(database: DatabaseSyncInstance, facts: JournalFacts, outlets: readonly string[]): void {
  const keep = database.prepare(
    'INSERT INTO view(name, checkpoint, epoch, offset, state, crc) VALUES (?, ?, ?, ?, ?, ?)'
  )
  const known = facts.views.map(({ name }) => name).filter((name) => name !== 'history')
  const epoch = facts.epoch ?? 'unknown'
  for (const name of new Set([...known, ...outlets])) {
    const offset = facts.views.find((view) => view.name === name)?.checkpoint ?? 0
    keep.run(name, offset, epoch, offset, 'null', recordChecksum(name, epoch, offset, 'null'))
  }
}

/**
 * The totals after the loss. What a store has of the lost entries stays counted; readings that are gone and that no store
 * has yet are taken out of the accepted ones, or they would be pending for ever.
 */
function settle(
  tally: Tally | undefined,
  store: { settled: number } | undefined,
  found: { readings: number; unsettled: number; deadLetters: number }
): { tally: Tally; lostReadings: number } {
  const base = tally ?? { accepted: found.readings, rejected: found.deadLetters, duplicate: 0 }
  if (store === undefined) return { tally: base, lostReadings: 0 }
  const accepted = store.settled + found.unsettled
  return {
    tally: { ...base, accepted },
    lostReadings: tally === undefined ? 0 : Math.max(0, tally.accepted - accepted)
  }
}
