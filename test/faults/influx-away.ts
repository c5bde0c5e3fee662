import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import type { Fault, FaultContext } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import type { FaultCity } from './support/start-fault-city.ts'
import { historyState, startInfluxCity, startOwnInflux } from './support/start-influx-city.ts'

/** More than that of the city's processes would mean that what InfluxDB does not take is gathered in memory. */
const mostMegabytes = 500

/** InfluxDB killed under load and away; the city itself is killed and started in between. */
export const influxAway: Fault = {
  name: 'influx-away',
  title: 'InfluxDB killed and away for ten minutes of load (short form: 20 s), the city restarted meanwhile; then back',
  async run(context) {
    const awaySeconds = context.short ? 20 : 600
    const influx = await startOwnInflux(context)
    if ('skipped' in influx) return influx
    const city = await startInfluxCity(context, influx.url)
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 2_000 })
    context.onEnd(() => load.close())
    await waitFor(async () => (await city.running.health()).counters.stored > 4_000, 30_000)
    const peakBefore = city.peakMegabytes()

    await influx.kill()
    const began = performance.now()
    await waitFor(async () => (await historyState(city)) === 'unavailable', 30_000)
    const { status, problems } = await city.running.health()
    context.expect(status === 'degraded', `health is ${status} while InfluxDB is away`)
    context.expect(problems.length > 0, 'health says nothing of InfluxDB')
    const taken = load.pubacks()
    await sleep(awaySeconds * 500)
    context.expect(
      load.pubacks() > taken + awaySeconds * 400,
      'readings are no longer acknowledged while InfluxDB is away'
    )
    await city.kill()
    await city.start()
    await sleep(Math.max(0, began + awaySeconds * 1_000 - performance.now()))
    const { counters } = await city.running.health()
    context.log(
      `away for ${Math.round((performance.now() - began) / 1_000)} s: ${counters.pending} readings wait in the journal, ` +
        `peak ${peakBefore} MB before, ${city.peakMegabytes()} MB now`
    )
    context.expect(counters.pending > awaySeconds * 500, `only ${counters.pending} readings are said to wait`)

    await influx.restart()
    const back = performance.now()
    await catchUp(context, city)
    context.log(`caught up under load after ${((performance.now() - back) / 1_000).toFixed(1)} s`)
    await load.drain()
    const counts = await proveNoLoss(context, city, load.acknowledged)
    const peakMegabytes = city.peakMegabytes()
    context.expect(peakMegabytes <= mostMegabytes, `the city had ${peakMegabytes} MB at its peak`)
    return { repetitions: 1, ...counts, peakMegabytes }
  }
}

/** Under load, as long as fewer readings wait at each look than at the one before. */
async function catchUp(context: FaultContext, city: FaultCity): Promise<void> {
  const patience = 60_000
  let least = Number.POSITIVE_INFINITY
  for (;;) {
    const target = least
    let pending = target
    let state = ''
    await waitFor(async () => {
      const health = await city.running.health()
      state = health.history.state
      pending = health.counters.pending
      return state === 'ok' || pending < target
    }, patience)
    if (state === 'ok') return
    least = pending
    context.log(`${pending} readings wait, history is ${state}`)
    await sleep(5_000)
  }
}
