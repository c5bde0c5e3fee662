import { createHash } from 'node:crypto'
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a socket's path may have at most: 108 bytes on Linux and 104 on macOS, with the zero at the end. */
const longest = 103

/**
 * Where the city of a data folder listens for its own command: `control.sock` in the folder. A folder whose path is too
 * long for that has it in a folder of the user's own below the system's temporary one, under a name that both sides find.
 */
export function controlPath(dataFolder: string): string {
  const path = join(dataFolder, 'control.sock')
  if (Buffer.byteLength(path) <= longest) return path
  const uid = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `city-brain-${uid}`)
  mkdirSync(folder, { mode: 0o700, recursive: true })
  const { uid: owner, mode } = statSync(folder)
  if (owner !== uid || (mode & 0o077) !== 0) throw new Error(`${folder} must belong to this user alone`)
  return join(folder, `${createHash('sha256').update(dataFolder).digest('hex').slice(0, 16)}.sock`)
}
