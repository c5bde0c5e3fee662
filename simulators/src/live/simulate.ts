import { createLocalClock } from '../city/local-time.ts'
import { planOddities } from '../city/plan-oddities.ts'
import type { SimulatedCity } from '../city/read-city.ts'
import { createController } from '../controller/index.ts'
import type { Fault } from '../faults.ts'
import { createCarPark } from '../parking/car-park.ts'
import { createRandom } from '../random.ts'
import { createCityTraffic } from '../traffic/city-traffic.ts'
import { createCityWaste } from '../waste/city-waste.ts'
import { backfill } from './backfill.ts'
import { createFleet } from './fleet.ts'
import type { Log } from './log.ts'
import { createParkingReports } from './parking-reports.ts'
import { liveThrough, pastTraffic, settleTraffic } from './past.ts'
import { createSignalReports } from './signal-reports.ts'
import { createTrafficReports } from './traffic-reports.ts'
import { createWasteReports } from './waste-reports.ts'

export type Simulation = {
  /** Resolves with the number of readings once the history asked for is acknowledged; undefined where it was not. */
  readonly backfilled: Promise<number | undefined>
  stop(): Promise<void>
}

/** Milliseconds between two looks at the clock: signals change within it, everything else is slower. */
const beat = 500
/** Seconds that are made good after the process was held up; of a longer gap the rest is skipped. */
const mostCaughtUp = 120

/** The city's devices, alive: virtual time is the wall clock. @throws Error where a device has no secret */
export async function simulate(options: {
  city: SimulatedCity
  url: string
  secrets: Readonly<Record<string, string>>
  seed: number
  faults: readonly Fault[]
  backfillHours: number
  now: () => number
  log: Log
}): Promise<Simulation> {
  const { city, url, secrets, seed, faults, backfillHours, now, log } = options
  const startedAt = Math.floor(now() / 1_000) * 1_000
  const local = createLocalClock(city.file.timeZone)
  const oddities = planOddities(city.assets, seed)
  const fleet = createFleet({ register: city.register, url, secrets, faults, random: createRandom(seed, 'fleet'), log })

  const carParks = city.assets
    .filter(({ properties }) => properties.kind === 'parkingSite')
    .map((asset) => createCarPark(asset, seed, oddities.carParks.get(asset.id)))
  const waste = createCityWaste(city, seed, oddities)
  const past = await liveThrough({ now: startedAt, hours: backfillHours, local, carParks, waste })
  const traffic = createCityTraffic({ city, seed, startedAt, stuckFrom: startedAt - 6 * 3_600_000 })
  const trafficReports = createTrafficReports(traffic, fleet)
  await settleTraffic({ traffic, city, now: startedAt, local, onSecond: trafficReports.settle })

  const controllers = city.intersections.map((intersection) => createController({ intersection, now: startedAt }))
  const signals = createSignalReports(controllers, fleet)
  const reports = [
    trafficReports,
    createParkingReports(carParks, fleet, createRandom(seed, 'parking-reports'), local, startedAt),
    createWasteReports(waste, fleet, createRandom(seed, `waste-reports/${startedAt}`), local, startedAt, log)
  ]

  let second = startedAt
  const timer = setInterval(() => {
    const current = now()
    signals.beat(current)
    if (current - second > mostCaughtUp * 1_000) second = current - mostCaughtUp * 1_000
    // Backwards only where the clock was set: time then stands still until it has come round again, or starts anew.
    if (second - current > mostCaughtUp * 1_000) second = current
    for (; second + 1_000 <= current; second += 1_000) {
      const at = second + 1_000
      traffic.step(at, local(at), ({ intersection, phase }) => signals.greenOf(intersection, phase))
      for (const report of reports) report.second(at)
    }
  }, beat)

  const abort = new AbortController()
  const gateway = backfillHours > 0 ? fleet.backfillGateway() : undefined
  if (backfillHours > 0 && !gateway) log('warn', 'No simulated gateway is a backfill source: there will be no history')
  // The gateway may report only what its registration lists.
  const listed = new Set(city.register.gateways?.find(({ id }) => id === gateway?.client.id)?.entities)
  const backfilled = gateway
    ? backfill({
        gateway,
        traffic: pastTraffic({ city, seed, now: startedAt, hours: backfillHours, local }),
        others: past.filter(({ id }) => listed.has(id)),
        signal: abort.signal
      })
    : Promise.resolve(undefined)

  return {
    backfilled,
    async stop() {
      clearInterval(timer)
      abort.abort()
      await fleet.close()
    }
  }
}
