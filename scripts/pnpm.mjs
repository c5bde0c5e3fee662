import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** The very version that package.json pins: pnpm refuses to run as any other. */
const version = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).packageManager

/** Runs a program and resolves with its exit code; rejects where it could not be started. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.on('error', reject)
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)))
  })
}

export function runPnpm(args, options) {
  return run('npx', ['--yes', version, ...args], options)
}
