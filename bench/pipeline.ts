import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type InfluxServer, startInfluxd } from '@city-brain/history'
import { deviceId, secretOf, topicOf } from './ingest/devices.ts'
import { LoadClient } from './ingest/load-client.ts'
import { offerLoad } from './ingest/offer-load.ts'
import { startSide } from './ingest/side.ts'
import { connectLoad } from './pipeline/bench-load.ts'
import { startBenchProcess } from './pipeline/bench-process.ts'
import { countDuckDb, countInflux } from './pipeline/count-history.ts'
import { watchDeltas } from './pipeline/watch-deltas.ts'
import { type BenchCity, benchEntity, writeBenchCity } from './pipeline/write-bench-city.ts'

/**
 * The whole city under load: QoS 1 readings of about 200 bytes from 1,000 clients, through broker, pipeline, journal,
 * views and rules into the history store, with one browser's connection open. CPU is that of the city's process with all
 * its threads; the load comes from this process, InfluxDB is another.
 * 1. 10 thousand a second: CPU a reading, and how long it takes to a browser; and what the bare broker takes for them.
 * 2. 20 thousand a second for `--seconds`: what is kept up, the history's lag, memory.
 * 3. Every acknowledged reading is counted in the history.
 * 4. The same load on 1 thousand and 100 thousand entities, in turns: what an entity that says nothing costs.
 */
const { values } = parseArgs({
  options: {
    history: { type: 'string', default: 'duckdb' },
    seconds: { type: 'string', default: '60' },
    'no-growth': { type: 'boolean', default: false }
  }
})
const { history } = values
if (history !== 'duckdb' && history !== 'influx') throw new Error('--history must be duckdb or influx')
const seconds = Number(values.seconds)
const steadyRate = 10_000
const steadySeconds = 20
const fullRate = 20_000
const warmUpSeconds = 5
const small: BenchCity = { devices: 1_000, entitiesPerDevice: 1 }
const large: BenchCity = { devices: 1_000, entitiesPerDevice: 100 }

const folder = await mkdtemp(join(tmpdir(), 'city-brain-bench-'))
const influx = history === 'influx' ? await startInfluxd() : undefined
if (influx && 'missing' in influx) throw new Error(`InfluxDB: ${influx.missing}`)
try {
  const sustained = await sustain()
  const baselineCpuMicroseconds = await measureBareBroker()
  const growth = values['no-growth'] ? undefined : await compareGrowth()
  console.log(
    JSON.stringify({ bench: 'pipeline', history, ...sustained, baselineCpuMicroseconds, entityGrowthRatio: growth })
  )
  if (sustained.lost > 0 || sustained.doubled > 0) process.exitCode = 1
} finally {
  await influx?.stop()
  await rm(folder, { recursive: true, force: true })
}

async function start(name: string, city: BenchCity) {
  const at = { city: join(folder, name), data: join(folder, `${name}-data`) }
  writeBenchCity(at.city, city)
  const server = influx as InfluxServer | undefined
  const running = await startBenchProcess({
    ...at,
    ...(server
      ? { args: ['--history', 'influx', '--influx-url', server.url], env: { INFLUX_BUCKET: `bench_${name}` } }
      : {})
  })
  return { running, data: at.data, load: await connectLoad(running, city) }
}

async function sustain() {
  const { running, data, load } = await start('small', small)
  const watch = await watchDeltas(running)
  await load.offer(steadyRate, warmUpSeconds)
  watch.reset()
  const threadsBefore = running.threads()
  const steady = await load.offer(steadyRate, steadySeconds)
  const latencies = Float64Array.from(watch.latencies()).sort()
  const byThread = [...running.threads()]
    .map(([thread, cpu]) => (cpu - (threadsBefore.get(thread) ?? 0)) / steady.acknowledged)
    .filter((cpu) => cpu >= 0.5)
    .map((cpu) => cpu.toFixed(1))
  say(
    `${steadyRate} a second: ${(steady.cpu / steady.acknowledged).toFixed(1)} µs of CPU a reading, by thread ${byThread.join(' + ')}`
  )

  let lagSecondsMax = 0
  let rssMegabytesMax = 0
  const sampler = setInterval(() => {
    rssMegabytesMax = Math.max(rssMegabytesMax, running.rssMegabytes())
    running.health().then(
      (health) => {
        lagSecondsMax = Math.max(lagSecondsMax, health.history.lagSeconds)
      },
      () => undefined
    )
  }, 1_000)
  const begin = performance.now()
  const full = { sent: 0, acknowledged: 0 }
  const slice = Math.min(10, seconds)
  while (performance.now() - begin < (seconds - slice / 2) * 1_000) {
    const offered = await load.offer(fullRate, slice)
    full.sent += offered.sent
    full.acknowledged += offered.acknowledged
    say(
      `${fullRate} a second for ${Math.round((performance.now() - begin) / 1_000)} s: ${Math.round(offered.acknowledged / offered.seconds)} a second acknowledged, ${(offered.cpu / offered.acknowledged).toFixed(1)} µs of CPU a reading, lag at most ${lagSecondsMax} s, ${Math.round(running.rssMegabytes())} MB`
    )
  }
  const elapsed = (performance.now() - begin) / 1_000
  clearInterval(sampler)
  watch.close()
  const drained = performance.now() + 120_000
  while ((await running.health()).counters.pending > 0 && performance.now() < drained) {
    await new Promise((wake) => setTimeout(wake, 100))
  }
  load.close()
  await running.stop()
  // Otherwise one that is there without an acknowledgement could stand in for one that is lost.
  if (load.sent !== load.acknowledged)
    throw new Error(`${load.sent - load.acknowledged} readings were not acknowledged`)
  const found = influx
    ? await countInflux((influx as InfluxServer).url, 'bench_small', entitiesOf(small))
    : await countDuckDb(data)
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? Number.NaN
  return {
    perSecond: Math.round(full.acknowledged / elapsed),
    cpuMicroseconds: round(steady.cpu / steady.acknowledged),
    lagSecondsMax: round(lagSecondsMax),
    rssMegabytesMax: Math.round(rssMegabytesMax),
    deltaMs: { p50: quantile(0.5), p99: quantile(0.99) },
    lost: load.acknowledged - found.distinct,
    doubled: found.rows - found.distinct
  }
}

/** The same load to aedes alone, in a process of its own: CPU differs from machine to machine, less so their ratio. */
async function measureBareBroker(): Promise<number> {
  const side = await startSide('baseline', small.devices)
  const clients: LoadClient[] = []
  for (let i = 0; i < small.devices; i++) {
    const device = deviceId(i)
    clients.push(await LoadClient.connect(side.port, device, secretOf(device), topicOf(device)))
  }
  await offerLoad(clients, steadyRate, warmUpSeconds)
  const before = await side.cpu()
  const offered = await offerLoad(clients, steadyRate, steadySeconds)
  const cpu = (await side.cpu()) - before
  for (const client of clients) client.close()
  await side.stop()
  const each = round(cpu / offered.acknowledged)
  say(`the bare broker: ${each} µs of CPU a reading`)
  return each
}

async function compareGrowth(): Promise<number> {
  const sides = [await start('few', small), await start('many', large)]
  const cpu = [0, 0]
  const acknowledged = [0, 0]
  for (const { load } of sides) await load.offer(steadyRate, warmUpSeconds)
  for (let turn = 0; turn < 4; turn++) {
    for (const [i, { load }] of sides.entries()) {
      const offered = await load.offer(steadyRate, 5)
      cpu[i] = (cpu[i] ?? 0) + offered.cpu
      acknowledged[i] = (acknowledged[i] ?? 0) + offered.acknowledged
      say(
        `${i === 0 ? 'few' : 'many'} entities: ${(offered.cpu / offered.acknowledged).toFixed(1)} µs of CPU a reading`
      )
    }
  }
  for (const { load, running } of sides) {
    load.close()
    await running.stop()
  }
  const [few = Number.NaN, many = Number.NaN] = cpu.map((all, i) => all / (acknowledged[i] ?? 0))
  return round(many / few)
}

function entitiesOf({ devices, entitiesPerDevice }: BenchCity): string[] {
  return Array.from({ length: devices * entitiesPerDevice }, (_, i) =>
    benchEntity(Math.floor(i / entitiesPerDevice), i % entitiesPerDevice)
  )
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function say(text: string): void {
  console.log(text)
}
