import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import type { Fault } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { startFaultCity } from './support/start-fault-city.ts'

/** What is promised of a stop, milliseconds. */
const drainTime = 10_000

/** SIGTERM under load, as a service manager stops the city. */
export const sigterm: Fault = {
  name: 'sigterm',
  title: 'SIGTERM during load: the city drains within 10 s and ends with exit code 0',
  async run(context) {
    const repetitions = context.short ? 1 : 20
    const city = await startFaultCity(context)
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_500 })
    context.onEnd(() => load.close())
    let slowest = 0
    for (let round = 0; round < repetitions; round++) {
      const before = load.pubacks()
      await waitFor(() => load.pubacks() > before + 500, 60_000)
      await sleep(1_000)
      const began = performance.now()
      // It resolves when nothing that the city had started runs any more.
      const code = await city.stop('SIGTERM')
      const took = Math.round(performance.now() - began)
      slowest = Math.max(slowest, took)
      context.expect(code === 0, `the city ended with exit code ${code}`)
      context.expect(took <= drainTime, `the city took ${took} ms to stop`)
      await city.start()
    }
    context.log(`slowest stop ${slowest} ms`)
    await load.drain()
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, load.acknowledged)
    return { repetitions, ...counts, peakMegabytes }
  }
}
