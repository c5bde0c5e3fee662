import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Tally } from '@city-brain/model'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { recordChecksum } from '../checksum.ts'
import { openHeadMarker } from '../worker/head-marker.ts'
import { createNotes } from '../worker/notes.ts'

/** An epoch that came before, and the last offset of it that the journal goes on from: what has applied it so far may go on. */
export type EarlierEpoch = { epoch: string; through: number }

/** Entries that a salvage could not bring over. */
export type Gone = { from: number; to: number; salvagedAt: number }

export type ViewFacts = {
  name: string
  checkpoint: number
  snapshot?: { epoch: string; offset: number }
  /** Its record is not what was written. */
  damaged: boolean
}

/** What a journal says of itself, besides its entries; `faults` names what of it cannot be read. */
export type JournalFacts = {
  epoch: string | undefined
  earlier: EarlierEpoch[]
  gone: Gone[]
  tally: Tally | undefined
  /** Payload of the newest tick. */
  tick: unknown
  cut: unknown
  /** Every note that can be read, the ones above included. */
  notes: ReadonlyMap<string, unknown>
  views: ViewFacts[]
  /** How far it had committed, by its marker and its views; the marker is a second behind at most. */
  knownEnd: number
  faults: string[]
}

export function readFacts(folder: string, database: DatabaseSyncInstance | undefined): JournalFacts {
  const faults: string[] = []
  const attempt = <T>(what: string, read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      faults.push(`${what}: ${(error as Error).message}`)
      return undefined
    }
  }
  const marked = readMarker(folder)
  const notes = new Map<string, unknown>()
  const names =
    database && attempt('The notes', () => database.prepare('SELECT name FROM note').all() as { name: string }[])
  for (const { name } of names ?? []) {
    const value = database && attempt(`The note "${name}"`, () => createNotes(database).get(name))
    if (value !== undefined) notes.set(name, value)
  }
  const epoch = notes.get('epoch') as string | undefined
  const views = (database && attempt('The records of the views', () => readViews(database))) ?? []
  for (const view of views) if (view.damaged) faults.push(`The snapshot of view "${view.name}" is damaged`)
  return {
    epoch: epoch ?? marked?.epoch,
    earlier: (notes.get('earlier') as EarlierEpoch[] | undefined) ?? [],
    gone: (notes.get('gone') as Gone[] | undefined) ?? [],
    tally: notes.get('tally') as Tally | undefined,
    tick: notes.get('tick'),
    cut: notes.get('cut'),
    notes,
    views,
    knownEnd: Math.max(0, marked?.head ?? 0, ...views.map(({ checkpoint }) => checkpoint)),
    faults
  }
}

function readMarker(folder: string): { epoch: string; head: number } | undefined {
  const file = join(folder, 'head')
  if (!existsSync(file)) return undefined
  const marker = openHeadMarker(file)
  try {
    return marker.read()
  } finally {
    marker.close()
  }
}

type ViewRow = {
  name: string
  checkpoint: number
  epoch: string | null
  offset: number | null
  state: string | null
  crc: number | null
}

function readViews(database: DatabaseSyncInstance): ViewFacts[] {
  const rows = database.prepare('SELECT name, checkpoint, epoch, offset, state, crc FROM view').all() as ViewRow[]
  return rows.map(({ name, checkpoint, epoch, offset, state, crc }) => {
    if (state === null) return { name, checkpoint, damaged: false }
    const whole = epoch !== null && offset !== null && recordChecksum(name, epoch, offset, state) === crc
    return { name, checkpoint, damaged: !whole, ...(whole ? { snapshot: { epoch, offset } } : {}) }
  })
}

/** How far a history store has applied a journal, and how many of its readings it has stored or refused. */
export type StorePlace = { who: string; epoch: string; offset: number; settled: number }

/** The stores that have applied this journal, not another one; the furthest first. */
export function ownStores(stores: readonly StorePlace[], epoch: string | undefined): StorePlace[] {
  return stores.filter((store) => epoch === undefined || store.epoch === epoch).sort((a, b) => b.offset - a.offset)
}
