import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { waitFor } from '../city/start-city.ts'
import type { Fault, FaultContext } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { type InfluxFront, startInfluxFront, type Treatment } from './support/influx-front.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import type { FaultCity, FaultDevice } from './support/start-fault-city.ts'
import { historyState, type OwnInflux, startInfluxCity, startOwnInflux } from './support/start-influx-city.ts'

const hour = 3_600_000
/** What is promised of a stop, milliseconds. */
const drainTime = 10_000

/** Two of the city's detectors bring what InfluxDB will not take, all others go on as ever. */
const detectors = 8

/** Faults that pass: nothing is refused, nothing is given up. */
const passing: { what: string; treatment: Treatment }[] = [
  { what: '503', treatment: { kind: 'answer', status: 503, body: '{"error":"not now"}' } },
  { what: '400 of a proxy', treatment: { kind: 'answer', status: 400, body: '<html>bad gateway</html>' } },
  { what: 'connections cut in the middle of a batch', treatment: { kind: 'cut' } },
  { what: 'answers that never arrive', treatment: { kind: 'lose-answer' } }
]

/** InfluxDB that is there and refuses, for a time or for good, or does not answer at all. */
export const influxRefuses: Fault = {
  name: 'influx-refuses',
  title:
    'InfluxDB answers 503, 429 with Retry-After, 400 for single lines and for points beyond its retention, hangs, cuts connections',
  async run(context) {
    const rounds = context.short ? 1 : 10
    const influx = await startOwnInflux(context)
    if ('skipped' in influx) return influx
    await prepare(influx)
    const front = await startInfluxFront(influx.url)
    context.onEnd(() => front.close())
    const city = await startInfluxCity(context, front.url, detectors)
    const [odd, old, ...devices] = city.devices
    if (!odd || !old) throw new Error('The city has too few devices')
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices, perSecond: 1_000 })
    context.onEnd(() => load.close())
    // Its clock is two hours behind: beyond the retention of one hour.
    const late = await startFaultLoad({
      mqttPort: city.mqttPort,
      devices: [{ ...old, clockOffset: -2 * hour }],
      perSecond: 20
    })
    context.onEnd(() => late.close())
    await waitFor(async () => (await city.running.health()).counters.stored > 2_000, 30_000)

    let repetitions = 0
    const conflicting = new Set<string>()
    for (let round = 0; round < rounds; round++) {
      for (const { what, treatment } of passing) {
        await treatFor(front, treatment, context.short ? 1_000 : 5_000)
        await recovers(context, city, what)
      }
      await honoursRetryAfter(context, front)
      await recovers(context, city, '429')
      await hang(context, influx, city)
      for (const key of await publishConflicting(city.mqttPort, odd)) conflicting.add(key)
      repetitions += passing.length + 3
    }
    await load.drain()
    await late.drain()
    const acknowledged = new Set([...load.acknowledged, ...late.acknowledged, ...conflicting])
    const counts = await proveNoLoss(context, city, acknowledged)
    const { refused } = (await city.running.health()).counters
    const expected = conflicting.size + late.acknowledged.size
    // Broken payloads are among the late ones: they never came as far as the history.
    context.expect(
      refused > conflicting.size && refused <= expected,
      `${refused} readings were refused, not ${expected}`
    )
    context.expect(front.mostAtOnce() === 1, `${front.mostAtOnce()} writes were under way at one time`)
    return { repetitions, ...counts, peakMegabytes: city.peakMegabytes() }
  }
}

/** The database is there already, keeps one hour, and another program has made a number of the attribute `vehicleType`. */
async function prepare(influx: OwnInflux): Promise<void> {
  const ask = async (path: string, body?: string) => {
    const response = await fetch(`${influx.url}${path}`, { method: 'POST', ...(body === undefined ? {} : { body }) })
    if (!response.ok) throw new Error(`InfluxDB answered ${response.status}: ${await response.text()}`)
  }
  const create = 'CREATE DATABASE "city-brain" WITH DURATION 1h NAME "autogen"'
  await ask(`/query?${new URLSearchParams({ q: create })}`)
  // A type holds for a shard, which spans an hour here: so for this one and the next.
  const lines = [Date.now(), Date.now() + hour].map((at) => `TrafficFlowObserved,entity=foreign vehicleType=1 ${at}`)
  await ask('/api/v2/write?bucket=city-brain/autogen&precision=ms', lines.join('\n'))
}

async function treatFor(front: InfluxFront, treatment: Treatment, milliseconds: number): Promise<void> {
  const before = front.treated()
  front.treat(treatment)
  await waitFor(() => front.treated() > before, 30_000)
  await sleep(milliseconds)
  front.treat(undefined)
}

async function recovers(context: FaultContext, city: FaultCity, what: string): Promise<void> {
  const began = performance.now()
  await waitFor(async () => (await historyState(city)) === 'ok', 60_000)
  context.log(`${what}: caught up ${((performance.now() - began) / 1_000).toFixed(1)} s after it had passed`)
}

/** Asked to wait three seconds, the writer must not come earlier. */
async function honoursRetryAfter(context: FaultContext, front: InfluxFront): Promise<void> {
  const wait = 3_000
  const before = front.treated()
  front.treat({
    kind: 'answer',
    status: 429,
    headers: { 'retry-after': String(wait / 1_000), 'content-type': 'application/json' },
    body: '{"error":"too many requests"}'
  })
  await waitFor(() => front.treated() > before, 30_000, 5)
  front.treat(undefined)
  const refused = front.writes.at(-1) ?? 0
  const next = await waitFor(() => front.writes.find((at) => at > refused), 30_000)
  context.expect(
    next - refused >= wait,
    `it came again ${Math.round(next - refused)} ms after a 429 that asked for ${wait}`
  )
}

/** InfluxDB takes the request and says nothing: the process is stopped for longer than a request may take. */
async function hang(context: FaultContext, influx: OwnInflux, city: FaultCity): Promise<void> {
  influx.process?.kill('SIGSTOP')
  try {
    await waitFor(async () => (await historyState(city)) === 'unavailable', 30_000)
    const { message } = (await city.running.health()).history
    context.expect(/did not answer/.test(message ?? ''), `of an InfluxDB that hangs health says: ${message}`)
    await sleep(context.short ? 0 : 20_000)
    const began = performance.now()
    const code = await city.stop('SIGTERM')
    const took = Math.round(performance.now() - began)
    context.expect(code === 0, `stopped while InfluxDB hung, the city ended with exit code ${code}`)
    context.expect(took <= drainTime, `stopped while InfluxDB hung, the city took ${took} ms`)
    context.log(`stopped within ${took} ms while InfluxDB hung`)
  } finally {
    influx.process?.kill('SIGCONT')
  }
  await city.start()
  await recovers(context, city, 'no answer at all')
}

let numbers = 1_000_000_000

/** Readings that InfluxDB refuses one by one, among batches of the load. Resolves with the keys of those acknowledged. */
async function publishConflicting(mqttPort: number, { device, entity, secret }: FaultDevice): Promise<string[]> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    username: device,
    password: secret,
    clientId: device
  })
  const keys: string[] = []
  for (let i = 0; i < 40; i++) {
    const number = numbers++
    const dateObserved = new Date().toISOString()
    const payload = JSON.stringify({ id: entity, intensity: number, dateObserved, vehicleType: 'car' })
    await client.publishAsync(`city/centre/traffic/${device}/obs`, payload, { qos: 1 })
    keys.push(`${entity}#${number}`)
    await sleep(50)
  }
  await client.endAsync()
  return keys
}
