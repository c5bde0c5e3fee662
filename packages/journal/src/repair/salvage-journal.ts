import { randomUUID } from 'node:crypto'
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { entryKinds } from '@city-brain/model'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { JournalError } from '../journal-error.ts'
import { freeBytesOf } from '../worker/disk-space.ts'
import { takeLock } from '../worker/lock.ts'
import { toJournalError } from '../worker/sqlite-fault.ts'
import { checkJournal, type JournalCheck } from './check-journal.ts'
import { closeReadable, openReadable } from './open-readable.ts'
import { ownStores, readFacts, type StorePlace } from './read-facts.ts'
import type { Salvage } from './salvage.ts'
import { writeSalvaged } from './write-salvaged.ts'

/**
 * Offsets that are left out after the known end. The marker of the end is a second behind at most, so this is more than
 * can have been given out beyond it: no offset is ever given to a second entry, and what a history store has of the lost
 * ones stays theirs. Not a multiple of a million, which InfluxDB's points would not tell apart.
 */
const leftOut = 500_000

/**
 * Makes a new journal of everything that can be read of a damaged one, and puts it in its place; the damaged one stays
 * beside it. Entries keep their offsets, since others refer to them; what is lost is a gap that the journal knows and names.
 * It gets a new epoch. Undefined where nothing is wrong with it. Throws a `JournalError`: `locked`, `full`, `unwritable`.
 * @param folder the journal's; the damaged one is moved to `NAME-damaged-TIME`
 * @param stores the history stores: what they have applied is known to have been there
 * @param outlets views that must not begin anew, even where nothing can be read of their checkpoints
 */
export function salvageJournal(options: {
  folder: string
  now: number
  stores?: readonly StorePlace[]
  outlets: readonly string[]
  progress?: (what: string) => void
}): Salvage | undefined {
  const { folder, now, progress = () => undefined } = options
  const ready = `${folder}-salvaged`
  if (!existsSync(folder)) {
    throw new JournalError('damaged', `There is no journal in ${folder}`, { folder })
  }
  const lock = takeLock(join(folder, 'lock.db'), folder)
  try {
    const found = look(options)
    if (found?.clean) return undefined
    const part = `${ready}.part`
    for (const old of [ready, part]) rmSync(old, { recursive: true, force: true })
    const size = statSync(join(folder, 'journal.db'), { throwIfNoEntry: false })?.size ?? 0
    if (freeBytesOf(folder) < size * 1.1) {
      throw new JournalError(
        'full',
        `A new journal beside the damaged one needs ${Math.ceil(size * 1.1)} bytes of disk`
      )
    }
    const damaged = freeName(`${folder}-damaged-${new Date(now).toISOString().replaceAll(':', '').slice(0, 17)}`)
    const source = openIfReadable(join(folder, 'journal.db'))
    let salvage: Salvage
    try {
      source?.exec('BEGIN')
      const facts = readFacts(folder, source)
      const [store] = ownStores(options.stores ?? [], facts.epoch)
      const knownEnd = Math.max(facts.knownEnd, store?.offset ?? 0)
      salvage = {
        ...writeSalvaged({
          ...options,
          ...(store ? { store } : {}),
          source,
          facts,
          target: part,
          knownEnd,
          leftOut,
          epoch: randomUUID(),
          progress
        }),
        damaged
      }
    } finally {
      if (source) closeReadable(source)
    }
    // Should the machine stop between the two, the next salvage or start finds the new one by its name.
    renameSync(part, ready)
    renameSync(folder, damaged)
    renameSync(ready, folder)
    return salvage
  } finally {
    lock.close()
  }
}

/** A salvage that was interrupted after its work was done: puts the new journal in its place. True where there was one. */
export function finishSalvage(folder: string): boolean {
  if (existsSync(folder) || !existsSync(`${folder}-salvaged`)) return false
  renameSync(`${folder}-salvaged`, folder)
  return true
}

function look(options: Parameters<typeof salvageJournal>[0]): JournalCheck | undefined {
  try {
    return checkJournal({
      folder: options.folder,
      stores: options.stores ?? [],
      progress: (offset, end) => options.progress?.(`Checked up to ${offset} of ${end}`)
    })
  } catch (error) {
    const fault = toJournalError(error, 'The journal cannot be read')
    if (fault.code === 'damaged' || missing(options.folder)) return undefined
    throw fault
  }
}

const missing = (folder: string) => !existsSync(join(folder, 'journal.db'))

function openIfReadable(file: string): DatabaseSyncInstance | undefined {
  try {
    return openReadable(file)
  } catch {
    // Nothing of it can be read: the new journal begins after its end.
    return undefined
  }
}

function freeName(wanted: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`
    if (!existsSync(name)) return name
  }
}

/** Names of kinds for people, with how often each occurs. */
export function countKinds(numbers: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const number of numbers) {
    const name = entryKinds[number] ?? 'unknown'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
