import { createInterface } from 'node:readline'

/**
 * Stands in for the simulators in tests of their supervisor: says what it was started with, does what it is told by the
 * secret of the device `order`, and ends as simulators must: when its standard input closes, and on SIGTERM.
 */
process.on('SIGTERM', () => process.exit(0))
const lines = createInterface({ input: process.stdin })
lines.on('close', () => process.exit(0))
lines.once('line', (line) => {
  const { secrets } = JSON.parse(line) as { secrets: Record<string, string> }
  console.log(`started ${process.pid} ${process.argv.slice(2).join(' ')}`)
  console.log(`secrets ${Object.keys(secrets).join(' ')}`)
  if (process.argv.includes('--backfill-hours')) console.log('backfill-complete')
  if (secrets.order === 'die') setTimeout(() => process.exit(3), 50)
})
