import { join } from 'node:path'
import { root, run } from './pnpm.mjs'

/** `pnpm check`: everything that CI runs except the slow suites (the stories with real programs). */
const steps = [
  ['node_modules/@biomejs/biome/bin/biome', 'ci', '--log-level=warn', '.'],
  ['scripts/types.mjs'],
  ['node_modules/knip/bin/knip.js'],
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit'],
  ['node_modules/vitest/vitest.mjs', 'run', '--project', 'stories', 'test/architecture']
]
let failed = 0
for (const [script, ...args] of steps) {
  if ((await run(process.execPath, [join(root, script), ...args])) !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
