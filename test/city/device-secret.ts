import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'

const root = resolve(import.meta.dirname, '../..')

/** A new secret for a device or gateway of the running city, as an integrator gets one: `city-brain device secret ID`. */
export async function deviceSecret(data: string, device: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', join(root, 'packages/server/src/city-brain.ts'), 'device', 'secret', device, '--data', data],
    { cwd: root }
  )
  const secret = /^Secret\s+(\S+)/m.exec(stdout)?.[1]
  if (!secret) throw new Error(`No secret in: ${stdout}`)
  return secret
}
