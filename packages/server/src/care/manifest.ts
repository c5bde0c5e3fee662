import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { HistoryCheckpoint } from '@city-brain/model'
import { ControlFault } from '../control/control-messages.ts'

export const manifestName = 'backup.json'
const format = 1

/** What a backup is, in `backup.json` beside its files. */
export type Manifest = {
  format: number
  /** Version of city-brain that made it. */
  version: string
  /** RFC 3339. */
  madeAt: string
  /** The journal stands at this offset of this epoch; `receivedAt` (RFC 3339) is that of its newest entry. */
  epoch: string
  offset: number
  receivedAt?: string
  entries: number
  /** Where the copy of the embedded history stands, at most at `offset`; absent where there is none. */
  history?: HistoryCheckpoint
  files: { path: string; bytes: number; sha256: string }[]
}

/** Every file below a folder with its size and checksum. */
export async function listFiles(folder: string, progress: (what: string) => void): Promise<Manifest['files']> {
  const files: Manifest['files'] = []
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
  for (const path of names) {
    if (path === manifestName) continue
    progress(`Checksum of ${path}`)
    files.push({ path, bytes: statSync(join(folder, path)).size, sha256: await checksum(join(folder, path)) })
  }
  return files
}

/** Throws a ControlFault where the folder holds no backup, one of a newer version, or one that is not what was written. */
export async function readManifest(folder: string, progress: (what: string) => void): Promise<Manifest> {
  const file = join(folder, manifestName)
  let manifest: Manifest
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new ControlFault(`${folder} holds no whole backup: there is no ${manifestName} in it.`)
    }
    throw new ControlFault(
      `${folder} holds no whole backup: ${manifestName} cannot be read (${(error as Error).message}).`
    )
  }
  if (!(manifest.format <= format)) {
    throw new ControlFault(`${file} was written by a newer version of city-brain (format ${manifest.format}).`)
  }
  for (const { path, bytes, sha256 } of manifest.files) {
    progress(`Checking ${path}`)
    const size = statSync(join(folder, path), { throwIfNoEntry: false })?.size
    if (size === undefined) throw new ControlFault(`The backup is not whole: ${path} is missing.`)
    if (size !== bytes)
      throw new ControlFault(`The backup is not whole: ${path} has ${size} bytes instead of ${bytes}.`)
    if ((await checksum(join(folder, path))) !== sha256) {
      throw new ControlFault(`The backup is damaged: ${path} is not what was written.`)
    }
  }
  return manifest
}

export function manifestText(manifest: Omit<Manifest, 'format'>): string {
  return `${JSON.stringify({ format, ...manifest }, null, 2)}\n`
}

async function checksum(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
