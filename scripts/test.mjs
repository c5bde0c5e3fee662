import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './install.mjs'
import { root, run } from './pnpm.mjs'
import { bringPrograms } from './programs.mjs'

/**
 * `npm test`: installs, brings the system programs, and runs everything that CI runs: the checks, the tests, and the fault
 * suite in its short form. Arguments go to vitest (with them only the tests run). The last line counts all of them.
 */
const given = process.argv.slice(2)
await install()
await bringPrograms()

const failedChecks = []
if (given.length === 0) {
  const bin = (path) => [process.execPath, [join(root, 'node_modules', path)]]
  const checks = {
    'format and lint': [...bin('@biomejs/biome/bin/biome')],
    types: [process.execPath, [join(root, 'scripts/types.mjs')]],
    'unused code': [...bin('knip/bin/knip.js')]
  }
  checks['format and lint'][1].push('ci', '--log-level=warn', '.')
  for (const [name, [command, args]] of Object.entries(checks)) {
    const code = await run(command, args)
    console.log(`${name}: ${code === 0 ? 'ok' : 'failed'}`)
    if (code !== 0) failedChecks.push(name)
  }
}

const folder = mkdtempSync(join(tmpdir(), 'city-brain-test-'))
const report = join(folder, 'report.json')
const code = await run(process.execPath, [
  join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...given
])
let counts = { passed: 0, failed: 1, skipped: 0 }
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8')
  )
  // A file that could not be loaded has no test that failed: it counts as one.
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  counts = { passed: numPassedTests, failed: numFailedTests + unloaded, skipped: numPendingTests + numTodoTests }
} catch {
  console.error('The test runner left no report.')
}

if (given.length === 0) {
  const faultReport = join(folder, 'faults.json')
  await run(process.execPath, [
    ...['--import', 'tsx', join(root, 'test/faults/run.ts')],
    ...['--short', '--report', faultReport]
  ])
  try {
    const faults = JSON.parse(readFileSync(faultReport, 'utf8'))
    for (const fate of Object.keys(counts)) counts[fate] += faults[fate]
  } catch {
    console.error('The fault suite left no report.')
    counts.failed++
  }
}
rmSync(folder, { recursive: true, force: true })

for (const name of failedChecks) console.error(`${name}: failed, see above`)
const failed = counts.failed + failedChecks.length
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`)
process.exit(code === 0 && failed === 0 ? 0 : 1)
