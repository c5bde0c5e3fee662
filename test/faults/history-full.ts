import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import type { Fault } from './support/fault.ts'
import { type FaultLoad, startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { limitFileSize, mountSmallDisk, type SmallDisk } from './support/small-disk.ts'
import { type FaultCity, startFaultCity } from './support/start-fault-city.ts'

const megabytes = 128
/** Where a limit of the length of files stands for the disk: less than the history needs for what is in the journal. */
const fullMegabytes = 2
const readingsBeyondIt = 40_000

/** The disk of the embedded history fills while the journal's has room. */
export const historyFull: Fault = {
  name: 'history-full',
  title: 'The disk of the history is full while the journal goes on, and has room again',
  async run(context) {
    const data = join(context.folder, 'data')
    let started: FaultCity | undefined
    const mounted = mountSmallDisk(context, join(data, 'history'), megabytes)
    const disk = mounted ?? limitFileSize({ megabytes, fullMegabytes }, () => started?.pid())
    if (disk === undefined) return { skipped: 'mounting a tmpfs is not allowed here, and there is no prlimit' }
    const city = await startFaultCity(context, { data, before: disk.before() })
    started = city
    const perSecond = mounted ? 1_000 : 4_000
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond })
    context.onEnd(() => load.close())
    const repetitions = context.short ? 1 : 5
    for (let round = 1; round <= repetitions; round++) {
      if (mounted) {
        const before = load.pubacks()
        await waitFor(() => load.pubacks() > before + 1_000, 60_000)
        disk.fill()
      } else await rebuildWithoutRoom(city, load, disk)
      await waitFor(async () => (await city.running.health()).history.state === 'unavailable', 60_000)
      const { status, problems, journal } = await city.running.health()
      context.expect(status === 'degraded', `health says ${status} while the history is full`)
      context.expect(journal.state === 'ok', `the journal is ${journal.state} while only the history is full`)
      context.log(`full (${disk.describe()}): ${problems.map(({ en }) => en).join('; ')}`)
      // Intake goes on: the journal holds it.
      const full = load.pubacks()
      if (mounted) await sleep(context.short ? 3_000 : 20_000)
      else load.resume()
      await waitFor(() => load.pubacks() > full + (mounted ? 1_000 : 100), 60_000, 5).catch((error: unknown) => {
        throw new Error('Nothing is acknowledged while only the history is full', { cause: error })
      })
      if (!mounted) load.pause()
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

/**
 * A limit of the length of files holds for the journal's too. So the history is the one that needs more: its file is lost, and it is built anew
 * from a journal of many readings by a city that takes few, whose journal writes no more than its log has room for.
 */
async function rebuildWithoutRoom(city: FaultCity, load: FaultLoad, disk: SmallDisk): Promise<void> {
  load.resume()
  await waitFor(() => load.pubacks() > readingsBeyondIt, 120_000)
  load.pause()
  await waitFor(() => load.waiting() === 0, 60_000)
  await city.stop('SIGTERM')
  rmSync(join(city.data, 'history'), { recursive: true })
  disk.fill()
  await city.start({ before: disk.before() })
}
