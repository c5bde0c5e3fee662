import { join } from 'node:path'
import { install } from './install.mjs'
import { root, run } from './pnpm.mjs'
import { bringPrograms } from './programs.mjs'

/** `pnpm faults [--short] [--only NAME,…]`: installs, brings the system programs, and runs the fault suite. */
await install()
await bringPrograms()
process.exit(
  await run(process.execPath, ['--import', 'tsx', join(root, 'test/faults/run.ts'), ...process.argv.slice(2)])
)
