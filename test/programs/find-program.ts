import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where Debian and others put the system programs that tests use; `/usr/sbin` is not on every user's path. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** Path of a system program. Where it is missing the tests that need it are skipped with a line that names it; with CI=true that is a failure. */
export function findProgram(name: string): string | undefined {
  const path = folders.map((folder) => join(folder, name)).find((candidate) => existsSync(candidate))
  if (path === undefined) missing(`${name} is not installed`)
  return path
}

/** Path of a file of the shared data sets, which lie beside the checkout of those who have them. */
export function findSharedData(path: string): string | undefined {
  const file = join(import.meta.dirname, '../../../shared/data', path)
  if (existsSync(file)) return file
  missing(`the data set ${path} is not beside this checkout`)
  return undefined
}

function missing(what: string): void {
  if (process.env.CI === 'true') throw new Error(`${what}, and with CI=true its tests may not be skipped`)
  console.log(`Skipped: ${what}.`)
}
