import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import type { Fault } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { startFaultCity } from './support/start-fault-city.ts'

/** `kill -9` under load at random moments; every fifth while the city starts. */
export const killNine: Fault = {
  name: 'kill-nine',
  title: '`kill -9` of the city at random moments, also while it starts',
  async run(context) {
    const repetitions = context.short ? 5 : 50
    const city = await startFaultCity(context)
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_000 })
    context.onEnd(() => load.close())
    for (let round = 1; round <= repetitions; round++) {
      const before = load.pubacks()
      await waitFor(() => load.pubacks() > before, 30_000)
      await sleep(randomInt(200, context.short ? 2_000 : 4_000))
      await city.kill()
      await city.start()
      if (round % 10 === 0 || context.short) context.log(`${round} kills, ${load.pubacks()} PUBACKs`)
    }
    await load.drain()
    return {
      repetitions,
      ...(await proveNoLoss(context, city, load.acknowledged)),
      peakMegabytes: city.peakMegabytes()
    }
  }
}
