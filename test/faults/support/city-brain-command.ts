import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')

/** Runs `city-brain` as a person does; resolves with the exit code and everything that was printed. */
export function cityBrain(data: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const command = ['--import', 'tsx', join(root, 'packages/server/src/city-brain.ts'), ...args, '--data', data]
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: root, maxBuffer: 64e6 }, (error, out, err) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0
      done({ code, output: out + err })
    })
  })
}
