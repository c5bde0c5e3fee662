import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** The `city-brain` command on a data folder, as an integrator types it. */
export async function cityBrain(data: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const command = join(root, 'packages/server/src/city-brain.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', command, ...args, '--data', data], { cwd: root })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number]
  return { code, out, err }
}
