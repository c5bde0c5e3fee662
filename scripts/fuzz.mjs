import { join } from 'node:path'
import { root, run } from './pnpm.mjs'

/** `pnpm fuzz [--long] [--seed N] [--only pipeline,topics,…]`: malformed input of all kinds; the last line is one JSON object. */
process.exit(await run(process.execPath, ['--import', 'tsx', join(root, 'test/fuzz/run.ts'), ...process.argv.slice(2)]))
