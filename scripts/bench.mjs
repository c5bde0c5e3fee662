import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './pnpm.mjs'

/** `pnpm bench NAME`: runs bench/NAME.ts; its last line is one JSON object. */
const [name, ...args] = process.argv.slice(2)
const file = join(root, 'bench', `${name}.ts`)
if (!name || !existsSync(file)) {
  const names = readdirSync(join(root, 'bench'))
    .filter((entry) => entry.endsWith('.ts'))
    .map((entry) => entry.slice(0, -3))
  console.error(`Which benchmark? One of: ${names.join(', ')}`)
  process.exit(2)
}
process.exit(await run(process.execPath, ['--import', 'tsx', file, ...args]))
