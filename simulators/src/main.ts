import { readCity } from './city/read-city.ts'
import { readCommandLine } from './command-line.ts'
import { faultsUsage, parseFaults } from './faults.ts'
import type { Log } from './live/log.ts'
import { simulate } from './live/simulate.ts'
import { readSecrets } from './read-secrets.ts'

/**
 * `node --import tsx simulators/src/main.ts --city DIR --mqtt-url URL [--backfill-hours N] [--faults …] [--seed N]`
 * Secrets come as the first line of standard input; when that closes, the process ends at once. On SIGTERM and SIGINT
 * the devices say that they go. The line `backfill-complete` says that the history is acknowledged, whole.
 */
const log: Log = (level, message) => (level === 'info' ? console.log(message) : console.error(message))

async function main(): Promise<void> {
  const options = readCommandLine(process.argv.slice(2))
  const city = readCity(options.city)
  const { devices = [], gateways = [] } = city.register
  const known = new Set([...city.assets, ...devices, ...gateways].map(({ id }) => id))
  const faults = parseFaults(options.faults, known)
  const secrets = await readSecrets(process.stdin, () => process.exit(0))
  const simulation = await simulate({
    city,
    url: options.mqttUrl,
    secrets,
    seed: options.seed,
    faults,
    backfillHours: options.backfillHours,
    now: Date.now,
    log
  })
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => {
      // A broker that does not answer must not hold the end up.
      setTimeout(() => process.exit(0), 2_000).unref()
      void simulation.stop().finally(() => process.exit(0))
    })
  }
  log(
    'info',
    `${city.file.name.en}: ${city.intersections.length} intersections, ${secrets ? Object.keys(secrets).length : 0} devices connect to ${options.mqttUrl}`
  )
  const readings = await simulation.backfilled
  if (readings !== undefined) {
    log('info', `History of ${options.backfillHours} h: ${readings} readings acknowledged`)
    log('info', 'backfill-complete')
  }
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error)
  console.error(message.includes('--faults') ? `${message}\nFaults: ${faultsUsage}` : message)
  process.exit(1)
})
