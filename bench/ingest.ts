import { parseArgs } from 'node:util'
import { deviceId, secretOf, topicOf, deviceCount as usualDevices } from './ingest/devices.ts'
import { LoadClient } from './ingest/load-client.ts'
import { type Offered, offerLoad } from './ingest/offer-load.ts'
import { type Side, startSide } from './ingest/side.ts'

/**
 * What the pipeline and the journal cost on top of the broker: QoS 1 readings of about 200 bytes from 100 clients to the
 * city's broker, pipeline and journal, and to the bare broker, each in a process of its own; the load comes from this one.
 * The two take turns in short slices, so that whatever else the machine does meets both. CPU is that of the whole process,
 * with all its threads. `--rate N` and `--clients N` offer another load: what is acknowledged a second when more is offered
 * than can be, is what it can carry.
 */
const { values } = parseArgs({
  options: { rate: { type: 'string', default: '10000' }, clients: { type: 'string', default: String(usualDevices) } }
})
const perSecond = Number(values.rate)
const deviceCount = Number(values.clients)
const sliceSeconds = 3
const slices = 6
const warmUpSeconds = 3

type Measured = { sent: number; acknowledged: number; seconds: number; cpu: number; latencies: number[] }
const measured: Record<Side['name'], Measured> = { city: nothing(), baseline: nothing() }

function nothing(): Measured {
  return { sent: 0, acknowledged: 0, seconds: 0, cpu: 0, latencies: [] }
}

async function connectAll(side: Side): Promise<LoadClient[]> {
  const devices = Array.from({ length: deviceCount }, (_, i) => deviceId(i))
  return Promise.all(devices.map((device) => LoadClient.connect(side.port, device, secretOf(device), topicOf(device))))
}

function add(to: Measured, offered: Offered, cpu: number): void {
  to.sent += offered.sent
  to.acknowledged += offered.acknowledged
  to.seconds += offered.seconds
  to.cpu += cpu
  for (const latency of offered.latencies) to.latencies.push(latency)
}

const sides = [await startSide('city', deviceCount), await startSide('baseline', deviceCount)]
const clients = new Map<Side, LoadClient[]>()
for (const side of sides) clients.set(side, await connectAll(side))
for (const side of sides) await offerLoad(clients.get(side) ?? [], perSecond, warmUpSeconds)

for (let slice = 0; slice < slices; slice++) {
  for (const side of sides) {
    const before = await side.cpu()
    const offered = await offerLoad(clients.get(side) ?? [], perSecond, sliceSeconds)
    const cpu = (await side.cpu()) - before
    add(measured[side.name], offered, cpu)
    console.log(`${side.name}: ${(cpu / offered.acknowledged).toFixed(1)} µs of CPU a message`)
  }
}
for (const open of clients.values()) for (const client of open) client.close()
for (const side of sides) await side.stop()

const { city, baseline } = measured
if (city.acknowledged !== city.sent) {
  console.error(`${city.sent - city.acknowledged} of ${city.sent} readings were not acknowledged`)
  process.exitCode = 1
}
const sorted = Float64Array.from(city.latencies).sort()
const quantile = (q: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN)
const round = (value: number) => Math.round(value * 100) / 100
const cpuMicroseconds = city.cpu / city.acknowledged
const baselineCpuMicroseconds = baseline.cpu / baseline.acknowledged
console.log(
  JSON.stringify({
    bench: 'ingest',
    offeredPerSecond: Math.round(city.sent / city.seconds),
    acknowledgedPerSecond: Math.round(city.acknowledged / city.seconds),
    cpuMicroseconds: round(cpuMicroseconds),
    baselineCpuMicroseconds: round(baselineCpuMicroseconds),
    cpuRatio: round(cpuMicroseconds / baselineCpuMicroseconds),
    pubackMs: { p50: quantile(0.5), p99: quantile(0.99) }
  })
)
