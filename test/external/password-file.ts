import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../city/start-city.ts'

/** The text of a password file as `mosquitto_passwd` makes it. */
export function passwordFile(mosquittoPasswd: string, passwords: Record<string, string>): string {
  const folder = temporaryFolder()
  try {
    const file = join(folder.path, 'passwords')
    const lines = Object.entries(passwords).map(([name, password]) => `${name}:${password}\n`)
    writeFileSync(file, lines.join(''), { mode: 0o600 })
    // Hashes the passwords of a file in place.
    execFileSync(mosquittoPasswd, ['-U', file], { stdio: 'ignore' })
    return readFileSync(file, 'utf8')
  } finally {
    folder.remove()
  }
}
