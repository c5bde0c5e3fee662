import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildPages } from './build-pages.mjs'
import { install } from './install.mjs'
import { root, run } from './pnpm.mjs'

/**
 * `npm run replay -- --places FILE --readings FILE [--speed N]`: a city of the places of a recorded feed, and the feed
 * through MQTT into it. The city goes on afterwards, so that one can look at it.
 */
const usage = `Usage: npm run replay -- --places FILE --readings FILE [--speed N]
         [--data DIR] [--port N] [--mqtt-port N] [--history duckdb|influx] [--influx-url URL]

  --places    CSV: place_id,place_name,city_name,capacity,latitude,longitude
  --readings  CSV, or CSV in gzip: timestamp,place_id,free
  --speed     how much faster than life; without it as fast as the city takes it
  --data      default: data/replay`

const options = {
  places: { type: 'string' },
  readings: { type: 'string' },
  speed: { type: 'string' },
  data: { type: 'string', default: join(root, 'data/replay') },
  port: { type: 'string', default: '8080' },
  'mqtt-port': { type: 'string', default: '1883' },
  history: { type: 'string' },
  'influx-url': { type: 'string' },
  help: { type: 'boolean', short: 'h' }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

function readOptions() {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return fail(`${error.message}\n${usage}`)
  }
}

const values = readOptions()
if (values.help) {
  console.log(usage)
  process.exit(0)
}
for (const name of ['places', 'readings']) {
  if (!values[name]) fail(`--${name} is missing.\n${usage}`)
  if (!existsSync(values[name])) fail(`--${name} ${values[name]}: there is no such file.`)
}
if (values.speed !== undefined && !(Number(values.speed) > 0)) fail(`--speed ${values.speed} is no number above 0.`)

await install()
await buildPages()

const node = (path, ...args) => [process.execPath, ['--import', 'tsx', join(root, path), ...args]]
const data = resolve(values.data)
const city = join(data, 'city')
const made = await run(...node('simulators/src/replay/make-city.ts', '--places', values.places, '--out', city))
if (made !== 0) process.exit(made)

const passed = ['history', 'influx-url'].flatMap((name) => (values[name] ? [`--${name}`, values[name]] : []))
const [command, args] = node(
  'packages/server/src/main.ts',
  ...['--city', city, '--data', data, '--port', values.port, '--mqtt-port', values['mqtt-port'], '--no-simulate'],
  ...passed
)
const server = spawn(command, args, {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  env: { ...process.env, CITY_BRAIN_PARENT_PIPE: '3' },
  detached: true
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code) => process.exit(code ?? 1))

let said = ''
server.stdout.on('data', (chunk) => {
  process.stdout.write(chunk)
  if (said === undefined) return
  said += chunk
  const mqttUrl = /mqtt:\/\/\S+/.exec(said)?.[0]
  if (mqttUrl && said.includes('Ctrl-C')) {
    said = undefined
    void startReplayer(mqttUrl)
  }
})

/** The gateway gets its secret as any device does, and passes it on in memory only. */
async function startReplayer(mqttUrl) {
  const secret = await gatewaySecret()
  const [command, args] = node(
    'simulators/src/replay/main.ts',
    ...['--places', values.places, '--readings', values.readings, '--mqtt-url', mqttUrl],
    ...(values.speed ? ['--speed', values.speed] : [])
  )
  const replayer = spawn(command, args, { stdio: ['pipe', 'inherit', 'inherit'] })
  replayer.stdin.on('error', () => undefined)
  replayer.stdin.write(`${JSON.stringify({ secrets: { 'recorded-feed': secret } })}\n`)
  replayer.on('exit', (code) => {
    if (code === 0) console.log('The city goes on; Ctrl-C ends it.')
    else server.kill('SIGINT')
  })
}

function gatewaySecret() {
  return new Promise((found) => {
    const [command, args] = node(
      'packages/server/src/city-brain.ts',
      'device',
      'secret',
      'recorded-feed',
      '--data',
      data
    )
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.on('exit', () => {
      const secret = /^Secret\s+(\S+)/m.exec(text)?.[1]
      if (!secret) {
        server.kill('SIGINT')
        return
      }
      found(secret)
    })
  })
}
