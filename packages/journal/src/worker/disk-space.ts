import { randomFillSync } from 'node:crypto'
import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import type { DatabaseSyncInstance } from '@photostructure/sqlite'
import { isNoRoom } from './sqlite-fault.ts'

/** Bytes free on the disk of a folder, for a process without privileges. */
export function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/**
 * Bytes that the journal holds: its pages with something in them. Pages that were freed are used again, and so is the
 * write-ahead log (about 4 MB), so neither counts.
 */
export function createUsage(database: DatabaseSyncInstance): () => number {
  const pages = database.prepare(
    'SELECT (c.page_count - f.freelist_count) * s.page_size AS bytes FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s'
  )
  return () => (pages.get() as { bytes: number }).bytes
}

/** A file that only takes up space. On a full disk SQLite cannot even delete; giving this up lets retention write. */
export type Ballast = { held(): boolean; take(): boolean; giveUp(): void }

export function createBallast(file: string, bytes: number): Ballast {
  const held = () => statSync(file, { throwIfNoEntry: false })?.size === bytes
  const giveUp = () => rmSync(file, { force: true })
  return {
    held,
    giveUp,
    /** False where the disk has no room for it. */
    take() {
      if (held()) return true
      giveUp()
      // Random, so that a file system which compresses or leaves holes still sets the space aside.
      const chunk = randomFillSync(Buffer.alloc(Math.min(bytes, 65_536)))
      const descriptor = openSync(file, 'w')
      try {
        for (let written = 0; written < bytes; ) {
          written += writeSync(descriptor, chunk, 0, Math.min(chunk.length, bytes - written))
        }
        fsyncSync(descriptor)
        return true
      } catch (error) {
        giveUp()
        if (isNoRoom(error)) return false
        throw error
      } finally {
        closeSync(descriptor)
      }
    }
  }
}
