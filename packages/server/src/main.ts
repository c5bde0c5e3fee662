import { existsSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { systemClock } from '@city-brain/model'
import { addressOf } from './addresses.ts'
import { composeCity, type RunningCity } from './compose.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { consoleLog } from './log.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { StartFault } from './start-fault.ts'

/** The city's process. Exit codes: 0 stopped when asked, 1 could not start or failed, 130 stopped at once. */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const { version } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as { version: string }

/**
 * Every reading lives until the history has it, half a second, and is garbage then; V8 would let up to four times the
 * living heap gather before it looks for it (370 MB at 20 thousand readings a second). Looking sooner keeps the city below
 * 500 MB; at 30 percent the looking itself took a tenth of the CPU.
 */
setFlagsFromString('--heap-growing-percent=70')

/** A clean stop takes a second or two; after this the process ends as it is. The journal does not mind. */
const stopTime = 10_000
/** One press of Ctrl-C may arrive twice: from the terminal, and from npm, which passes it on. */
const samePress = 500

// Whatever it writes is its owner's alone, also in a data folder that others may look into.
process.umask(0o077)

// A terminal that is closed takes nothing any more; that must not keep the city from stopping cleanly.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(`${usage}\n`)
    return
  }
  const environment = readEnvironment(process.env)
  let city: RunningCity | undefined
  let stoppingSince: number | undefined

  const stop = () => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > samePress) process.exit(130)
      return
    }
    stoppingSince = performance.now()
    // Not yet up: nothing was promised to anyone.
    if (!city) process.exit(130)
    process.stdout.write('Stopping …\n')
    setTimeout(() => process.exit(1), stopTime).unref()
    city.stop().then(
      () => process.exit(0),
      () => process.exit(1)
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  watchParent(environment, stop)

  const pages = here('../../ops-map/dist')
  const built = existsSync(pages)
  city = await composeCity({
    options,
    environment,
    clock: systemClock,
    log: consoleLog,
    version,
    ...(built ? { pages } : {}),
    simulators: here('../../../simulators/src/main.ts'),
    progress: (what) => process.stdout.write(`${what} …\n`)
  })
  // Said once the city is up: a city that cannot start says why in one line, and nothing else.
  if (!built) consoleLog('warn', 'The map is not built, so there is only the API; npm start builds it')
  process.stdout.write(greeting(city, options))
}

function greeting(city: RunningCity, options: Options): string {
  const address = addressOf(options.host)
  const lines = [
    '',
    `${[...new Set([city.name.en, city.name.zh])].join(' ')} is up.`,
    '',
    `  Map        http://${address}:${city.httpPort}/`,
    `  Residents  http://${address}:${city.httpPort}/parking`,
    ...brokerLines(city, address),
    `  Data       ${options.data}`
  ]
  if (city.firstOperator) {
    lines.push(
      '',
      `  Operator   ${city.firstOperator.name}`,
      `  Password   ${city.firstOperator.password}`,
      '             shown only now; it must be changed when you first sign in'
    )
  }
  return `${[...lines, '', 'Ctrl-C ends it.'].join('\n')}\n`
}

/** Where devices speak to the city. */
function brokerLines(city: RunningCity, address: string): string[] {
  const lines = city.externalBroker ? [`  MQTT       ${city.externalBroker} (external; nothing listens here)`] : []
  if (city.mqttPort > 0) lines.push(`  MQTT       mqtt://${address}:${city.mqttPort}`)
  if (city.mqttTlsPort !== undefined) lines.push(`  MQTTS      mqtts://${address}:${city.mqttTlsPort}`)
  if (city.conformancePort !== undefined) {
    lines.push(`  Suite      mqtt://${address}:${city.conformancePort} (a conformance suite; anybody on this machine)`)
  }
  return lines
}

/** Whoever started us may hold a pipe open for as long as it lives. When it ends, however it ends, so do we. */
function watchParent({ parentPipe }: Environment, stop: () => void): void {
  if (parentPipe === undefined) return
  const pipe = new Socket({ fd: parentPipe, readable: true, writable: false })
  pipe.on('error', stop)
  pipe.on('close', stop)
  pipe.resume()
  pipe.unref()
}

main().catch((error: unknown) => {
  const text =
    error instanceof StartFault ? error.message : `The city failed: ${String((error as Error).stack ?? error)}`
  process.stderr.write(`${text}\n`)
  process.exit(1)
})
