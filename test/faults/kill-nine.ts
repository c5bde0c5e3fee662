import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import type { Fault } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { type FaultCity, startFaultCity } from './support/start-fault-city.ts'

/** The kinds of moment, in turn: while it runs, while it starts, and while it stops, when all views keep their snapshots. */
const moments = ['running', 'starting', 'stopping'] as const

/** `kill -9` under load at random moments. */
export const killNine: Fault = {
  name: 'kill-nine',
  title: '`kill -9` at random moments, also while the city starts and while it keeps snapshots',
  async run(context) {
    const repetitions = context.short ? 3 : 50
    const city = await startFaultCity(context)
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_000 })
    context.onEnd(() => load.close())
    for (let round = 0; round < repetitions; round++) {
      // Something was acknowledged since the last one.
      const before = load.pubacks()
      await waitFor(() => load.pubacks() > before, 60_000)
      await sleep(randomInt(200, context.short ? 1_500 : 4_000))
      const moment = moments[round % moments.length] ?? 'running'
      if (moment === 'stopping') {
        city.running.process.kill('SIGTERM')
        await sleep(randomInt(0, 300))
      }
      await city.kill()
      if (moment === 'starting') await killWhileStarting(city)
      await city.start()
      context.log(`kill ${round + 1} (${moment}), ${load.pubacks()} PUBACKs`)
    }
    await load.drain()
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, load.acknowledged)
    return { repetitions, ...counts, peakMegabytes }
  }
}

/** The start takes a few seconds; where the moment comes after it, the city is killed as soon as it is up. */
async function killWhileStarting(city: FaultCity): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const started = await city
    .start({
      onSpawn: (pid) => {
        timer = setTimeout(() => process.kill(pid, 'SIGKILL'), randomInt(300, 3_000))
      }
    })
    .then(
      () => true,
      () => false
    )
  clearTimeout(timer)
  if (started) await city.kill()
}
