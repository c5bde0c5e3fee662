import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { StartFault } from './start-fault.ts'

export type Options = {
  city: string
  data: string
  host: string
  port: number
  /** `off`: the broker listens with TLS only. */
  mqttPort: number | 'off'
  /** A broker of its own for a conformance suite, on loopback. */
  conformancePort?: number
  simulate: boolean
  history: 'duckdb' | 'influx'
  influxUrl?: string
}

export const usage = `Usage: npm start -- [options]

  --city DIR            folder of the city (default cities/demo)
  --data DIR            folder of its data (default data); made if missing
  --port N              port of the map and the API (default 8080; 0 takes any free one)
  --mqtt-port N         port of the MQTT broker (default 1883; 0 takes any free one; off: only with TLS, see city.yaml)
  --mqtt-conformance-port N
                        a second broker, open to everybody on this machine, for a conformance suite
  --host ADDRESS        address to listen on (default 127.0.0.1, this machine only)
  --no-simulate         run without the built-in simulation
  --history STORE       duckdb (default, embedded) or influx
  --influx-url URL      InfluxDB to write to, e.g. http://127.0.0.1:8086
  --help                this text

With --history influx the environment says how to sign in: INFLUX_TOKEN (and INFLUX_ORG, INFLUX_BUCKET) for 2.x and
later, INFLUX_USERNAME and INFLUX_PASSWORD (and INFLUX_BUCKET) for 1.8. See docs/operating.md.`

const definitions = {
  city: { type: 'string' },
  data: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'mqtt-port': { type: 'string' },
  'mqtt-conformance-port': { type: 'string' },
  'no-simulate': { type: 'boolean' },
  history: { type: 'string' },
  'influx-url': { type: 'string' },
  help: { type: 'boolean', short: 'h' }
} as const

/** What the command line says, or 'help'. A fault is a StartFault of one line. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const values = read(args)
  if (values.help) return 'help'
  const history = values.history ?? 'duckdb'
  if (history !== 'duckdb' && history !== 'influx') {
    throw new StartFault(`--history must be duckdb or influx, not ${JSON.stringify(history)}.`)
  }
  const influxUrl = values['influx-url']
  if (history === 'influx' && influxUrl === undefined) {
    throw new StartFault('--history influx needs --influx-url, e.g. --influx-url http://127.0.0.1:8086.')
  }
  if (history === 'duckdb' && influxUrl !== undefined) {
    throw new StartFault('--influx-url only has a meaning with --history influx.')
  }
  if (influxUrl !== undefined && !isHttpUrl(influxUrl)) {
    throw new StartFault(`--influx-url must be an http or https address, not ${JSON.stringify(influxUrl)}.`)
  }
  const host = values.host ?? '127.0.0.1'
  const conformance = values['mqtt-conformance-port']
  if (conformance !== undefined && !isLoopback(host)) {
    throw new StartFault('--mqtt-conformance-port lets anybody in, so it needs a --host of this machine: 127.0.0.1.')
  }
  const mqttPort = values['mqtt-port']
  return {
    city: resolve(values.city ?? 'cities/demo'),
    data: resolve(values.data ?? 'data'),
    host,
    port: portOf('--port', values.port, 8080),
    mqttPort: mqttPort === 'off' ? 'off' : portOf('--mqtt-port', mqttPort, 1883),
    ...(conformance === undefined ? {} : { conformancePort: portOf('--mqtt-conformance-port', conformance, 0) }),
    simulate: !values['no-simulate'],
    history,
    ...(influxUrl === undefined ? {} : { influxUrl })
  }
}

function read(args: readonly string[]) {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    throw new StartFault(`${describe(error as Error & { code?: string })} Run with --help to see the options.`)
  }
  const empty = Object.entries(parsed.values).find(([, value]) => value === '')
  if (empty) throw new StartFault(`--${empty[0]} needs a value. Run with --help to see the options.`)
  return parsed.values
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: definitions, strict: true, allowPositionals: false })
}

function describe(error: Error & { code?: string }): string {
  // Only the quoted word is taken from Node's message, which goes on with advice that does not fit here.
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? ''
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return `There is no option ${quoted}.`
    case 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL':
      return `${JSON.stringify(quoted)} is not an option.`
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const option = /--[a-z-]+/.exec(quoted)?.[0] ?? quoted
      return quoted.includes('<value>') ? `${option} needs a value.` : `${option} takes no value.`
    }
    default:
      throw error
  }
}

function portOf(option: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new StartFault(`${option} must be a port from 0 to 65535, not ${JSON.stringify(text)}.`)
  }
  return Number(text)
}

/** An address that only this machine reaches. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function isHttpUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol)
  } catch {
    return false
  }
}
