import { execFileSync } from 'node:child_process'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openJournal } from '@city-brain/journal'
import { type DeadLettersAnswer, type EntityAnswer, systemClock } from '@city-brain/model'
import { waitFor } from '../city/start-city.ts'
import type { Fault, FaultContext } from './support/fault.ts'
import { type FaultLoad, startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { type FaultCity, type FaultDevice, startFaultCity } from './support/start-fault-city.ts'

const hour = 3_600
const year = 365 * 86_400
/** Seconds by which the city's wall clock is wrong, one after the other. */
const places = [hour, 0, -hour, 0, -5 * year, 0, 5 * year, 0]
/** As the journal's ticker judges a jump, seconds, and half a second for the library's own cache. */
const tolerance = 2.5

/** The city's wall clock jumps while devices with right clocks, and some with clocks years off, go on. */
export const clockJumps: Fault = {
  name: 'clock-jumps',
  title: 'The wall clock jumps an hour and five years forward and back; devices with clocks years off',
  needs: ['faketime'],
  async run(context) {
    const clock = createWallClock(context.folder)
    const city = await startFaultCity(context, { detectors: 9, env: clock.env })
    const [early, late, old, ...right] = city.devices as [FaultDevice, FaultDevice, FaultDevice, ...FaultDevice[]]
    const load = await startFaultLoad({
      mqttPort: city.mqttPort,
      devices: [
        ...right,
        { ...early, clockOffset: 5 * year * 1_000 },
        { ...late, clockOffset: -5 * year * 1_000 },
        { ...old, clockOffset: -30 * 86_400_000 }
      ],
      perSecond: 900
    })
    context.onEnd(() => load.close())
    await dwell(context, load)
    const rounds = context.short ? 1 : 5
    let jumps = 0
    for (let round = 0; round < rounds; round++) {
      for (const seconds of places) {
        clock.set(seconds)
        jumps++
        await waitFor(async () => Math.abs((await wrongBy(city)) - seconds) < tolerance, 10_000)
        await dwell(context, load)
        // A start with a clock that is years ahead: what retention does then is not what it does while running.
        if (seconds === 5 * year) {
          await city.kill()
          await city.start()
          await dwell(context, load)
        }
        const { problems } = await city.running.health()
        context.log(`wall clock ${seconds} s off, ${load.pubacks()} PUBACKs ${problems.map(({ en }) => en).join('; ')}`)
      }
    }
    await load.drain()
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, load.acknowledged)
    await expectLatest(context, city, right)
    await expectClockAhead(context, city, early)
    const { status, problems } = await city.running.health()
    context.expect(status === 'ok', `health afterwards: ${status} ${problems.map(({ en }) => en).join('; ')}`)
    await city.stop()
    await expectSteps(context, city.data, jumps)
    return { repetitions: jumps, ...counts, peakMegabytes }
  }
}

/** libfaketime for one process, whose clock is set by a file. Its monotonic clock stays as it is. */
function createWallClock(folder: string): { env: Record<string, string>; set(seconds: number): void } {
  const file = join(folder, 'faketime')
  const set = (seconds: number) => {
    // In one step: it is read while it is written.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`)
    renameSync(`${file}.new`, file)
  }
  set(0)
  const library = execFileSync('faketime', ['-m', '-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim()
  return {
    set,
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1'
    }
  }
}

/** Long enough for ticks, for retention, and for the history to be written under this clock. */
async function dwell(context: FaultContext, load: FaultLoad): Promise<void> {
  const before = load.pubacks()
  await sleep(context.short ? 1_500 : 10_000)
  await waitFor(() => load.pubacks() > before + 300, 60_000)
}

/** Seconds. */
async function wrongBy(city: FaultCity): Promise<number> {
  return (Date.parse((await city.running.health()).now) - Date.now()) / 1_000
}

/** What the map shows is the newest of each device whose clock is right. */
async function expectLatest(context: FaultContext, city: FaultCity, devices: readonly FaultDevice[]): Promise<void> {
  const session = await city.session()
  for (const { entity } of devices) {
    const { latest } = await session.get<EntityAnswer>(`/api/entities/${entity}`)
    const age = (Date.now() - Date.parse(latest?.dateObserved ?? '')) / 1_000
    context.expect(age > -5 && age < 60, `the latest reading of ${entity} is ${age} s old`)
  }
}

async function expectClockAhead(context: FaultContext, city: FaultCity, { device }: FaultDevice): Promise<void> {
  const session = await city.session()
  const { deadLetters } = await session.get<DeadLettersAnswer>('/api/dead-letters?limit=200&code=clock-ahead')
  context.expect(
    deadLetters.some((letter) => letter.device === device),
    'the device whose clock is years ahead has no dead letter that says so'
  )
}

/** Every jump is in the journal, and the monotonic count knows of none. */
async function expectSteps(context: FaultContext, data: string, jumps: number): Promise<void> {
  const journal = await openJournal({
    folder: join(data, 'journal'),
    clock: systemClock,
    log: () => undefined
  })
  try {
    let steps = 0
    let last = 0
    let backwards = 0
    let longest = 0
    for (let after = 0; ; ) {
      const page = await journal.read(after, 5_000, ['tick', 'clock-step'])
      for (const { offset, kind, payload } of page) {
        after = offset
        if (kind === 'clock-step') steps++
        if (kind !== 'tick') continue
        if (payload.monotonic < last) backwards++
        longest = Math.max(longest, payload.monotonic - last)
        last = payload.monotonic
      }
      if (page.length < 5_000) break
    }
    context.expect(steps >= jumps, `${steps} clock-step entries for ${jumps} jumps`)
    context.expect(backwards === 0, `the monotonic count went back ${backwards} times`)
    context.expect(longest < 30_000, `the monotonic count jumped ${longest} ms`)
    context.log(`${steps} clock-step entries, monotonic count up to ${Math.round(last / 1_000)} s`)
  } finally {
    await journal.close()
  }
}
