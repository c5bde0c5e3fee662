import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './pnpm.mjs'

/** Type-checks each package on its own: only the browser's package has DOM types. With names as arguments, only those. */
const all = [...readdirSync(join(root, 'packages')).map((name) => `packages/${name}`), 'simulators', 'test', 'bench']
const wanted = process.argv.slice(2)
let failed = 0
for (const name of all) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  if (!existsSync(join(root, name, 'tsconfig.json'))) continue
  const code = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', name])
  if (code !== 0) {
    failed++
    console.error(`${name}: types failed`)
  }
}
process.exit(failed === 0 ? 0 : 1)
