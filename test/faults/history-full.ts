import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import type { Fault } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { mountSmallDisk } from './support/small-disk.ts'
import { startFaultCity } from './support/start-fault-city.ts'

const megabytes = 128

/** The disk of the embedded history fills while the journal's has room. */
export const historyFull: Fault = {
  name: 'history-full',
  title: 'The disk of the history is full while the journal goes on, and has room again',
  async run(context) {
    const data = join(context.folder, 'data')
    const disk = mountSmallDisk(context, join(data, 'history'), megabytes)
    if (disk === undefined) {
      // A limit of the length of files is of the whole process, the journal's thread included.
      const skipped = 'mounting a tmpfs is not allowed here; journal-full stops the files of the history as well'
      return { skipped, shownElsewhere: true }
    }
    const city = await startFaultCity(context, { data })
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_000 })
    context.onEnd(() => load.close())
    const repetitions = context.short ? 1 : 5
    for (let round = 1; round <= repetitions; round++) {
      const before = load.pubacks()
      await waitFor(() => load.pubacks() > before + 1_000, 60_000)
      disk.fill()
      await waitFor(async () => (await city.running.health()).history.state === 'unavailable', 120_000)
      const { status, problems } = await city.running.health()
      context.expect(status === 'degraded', `health says ${status} while the history is full`)
      context.log(`full: ${problems.map(({ en }) => en).join('; ')}`)
      // Intake goes on: the journal holds it.
      const full = load.pubacks()
      await sleep(context.short ? 3_000 : 20_000)
      await waitFor(() => load.pubacks() > full + 1_000, 60_000).catch((error: unknown) => {
        throw new Error('Nothing is acknowledged while only the history is full', { cause: error })
      })
      disk.free()
      await waitFor(async () => (await city.running.health()).history.state === 'ok', 120_000).catch(
        (error: unknown) => {
          throw new Error('The history does not come back after there is room again', { cause: error })
        }
      )
      context.log(`room again: ${load.pubacks()} PUBACKs, the history goes on`)
    }
    await load.drain()
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, load.acknowledged)
    return { repetitions, ...counts, peakMegabytes }
  }
}
