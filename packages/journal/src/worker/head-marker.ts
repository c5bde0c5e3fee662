import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/**
 * A file beside the database that says how far the journal had committed. SQLite drops the end of a damaged write-ahead
 * log without a word; where the database then ends before the marker, entries were lost, and the journal says so.
 * It is written in one call and never flushed, so it may lag behind the database, but is never ahead of it.
 */
export type HeadMarker = {
  read(): { epoch: string; head: number } | undefined
  write(epoch: string, head: number): void
  close(): void
}

const size = 64

export function openHeadMarker(file: string): HeadMarker {
  const descriptor = openSync(file, 'a+')
  closeSync(descriptor)
  const handle = openSync(file, 'r+')
  return {
    read() {
      const buffer = Buffer.alloc(size)
      const text = buffer.toString('utf8', 0, readSync(handle, buffer, 0, size, 0))
      const match = /^([0-9a-f-]{36}) +(\d+)\n$/.exec(text)
      return match ? { epoch: match[1] as string, head: Number(match[2]) } : undefined
    },
    write(epoch, head) {
      writeSync(handle, `${epoch} ${String(head).padStart(size - epoch.length - 2)}\n`, 0)
    },
    close: () => closeSync(handle)
  }
}
