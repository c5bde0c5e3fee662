import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, runPnpm } from './pnpm.mjs'

const stamp = join(root, 'node_modules', '.installed')

/** Refuses an old Node in one clear line, before anything else fails less clearly. */
function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`city-brain needs Node 20.19 or newer; this is ${process.version}.`)
  process.exit(1)
}

/** Installs the packages where the lock file has changed since they were last installed. */
export async function install() {
  checkNode()
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  console.log('Installing packages …')
  const code = await runPnpm(['install', '--frozen-lockfile', '--reporter=append-only'], {
    stdio: ['ignore', process.env.CITY_BRAIN_VERBOSE ? 'inherit' : 'ignore', 'inherit']
  })
  if (code !== 0) {
    console.error('Installing the packages failed. Run with CITY_BRAIN_VERBOSE=1 to see more.')
    process.exit(code)
  }
  writeFileSync(stamp, hash)
}
