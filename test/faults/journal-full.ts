import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AlarmsAnswer } from '@city-brain/model'
import { waitFor } from '../city/start-city.ts'
import type { Fault } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { limitFileSize, mountSmallDisk } from './support/small-disk.ts'
import { type FaultCity, startFaultCity } from './support/start-fault-city.ts'

/** Room for the journal, its reserve and its ballast, and little more. */
const megabytes = 256
/** Where a limit of the length of files stands for the disk: less than the journal and its log have after the first seconds. */
const fullMegabytes = 1

/** The disk of the journal fills under load, and has room again later. */
export const journalFull: Fault = {
  name: 'journal-full',
  title: 'The disk of the journal is full, and has room again',
  async run(context) {
    const data = join(context.folder, 'data')
    let started: FaultCity | undefined
    const disk =
      mountSmallDisk(context, join(data, 'journal'), megabytes) ??
      limitFileSize({ megabytes, fullMegabytes }, () => started?.pid())
    if (disk === undefined) return { skipped: 'mounting a tmpfs is not allowed here, and there is no prlimit' }
    context.log(`the disk: ${disk.describe()}`)
    const city = await startFaultCity(context, { data, before: disk.before() })
    started = city
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_000 })
    context.onEnd(() => load.close())
    const operator = await city.session()
    // The operator's session is kept over restarts; the address is too old after one.
    const alarmState = async () => {
      const answer = await fetch(`${city.running.url}/api/alarms`, { headers: { cookie: operator.cookie } })
      if (!answer.ok) throw new Error(`/api/alarms: ${answer.status}`)
      const { alarms } = (await answer.json()) as AlarmsAnswer
      return alarms.find(({ rule }) => rule === 'city.journal-full')?.state
    }
    const repetitions = context.short ? 1 : 5
    for (let round = 1; round <= repetitions; round++) {
      const before = load.pubacks()
      await waitFor(() => load.pubacks() > before + 1_000, 60_000)
      disk.fill()
      await waitFor(async () => (await city.running.health()).journal.state === 'full', 60_000)
      const { status, problems } = await city.running.health()
      context.expect(status === 'failed', `health says ${status} while the journal is full`)
      context.expect(
        problems.some(({ en }) => en.includes('journal is full')),
        `health does not name the full journal: ${problems.map(({ en }) => en).join('; ')}`
      )
      await waitFor(async () => (await alarmState()) === 'unacknowledged', 30_000).catch((error: unknown) => {
        throw new Error('The full journal raises no alarm', { cause: error })
      })
      // What was under way is decided; from then on nothing may be acknowledged.
      await sleep(2_000)
      const stopped = load.pubacks()
      await sleep(context.short ? 3_000 : 20_000)
      context.expect(
        load.pubacks() === stopped,
        `${load.pubacks() - stopped} PUBACKs came while nothing could be stored`
      )
      context.log(`full: ${stopped} PUBACKs, ${load.waiting()} messages wait; ${disk.describe()}`)
      // Once with a kill while nothing can be written: the start on a full disk is a state of its own.
      if (round % 2 === 0) {
        await city.kill()
        await city.start({ before: disk.before() })
      }
      disk.free()
      await waitFor(() => load.pubacks() > stopped + 1_000, 120_000).catch((error: unknown) => {
        throw new Error('The city takes nothing after there is room again', { cause: error })
      })
      await waitFor(async () => (await alarmState()) === 'returned-unacknowledged', 30_000).catch((error: unknown) => {
        throw new Error('The alarm of the full journal does not return', { cause: error })
      })
      context.log(`room again: ${load.pubacks()} PUBACKs`)
    }
    await load.drain()
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, load.acknowledged)
    const after = await city.running.health()
    context.expect(after.journal.state === 'ok', `the journal is ${after.journal.state} afterwards`)
    return { repetitions, ...counts, peakMegabytes }
  }
}
