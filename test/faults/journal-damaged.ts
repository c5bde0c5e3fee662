import { closeSync, cpSync, openSync, readSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import { acknowledgedOffsets } from './support/acknowledged-offsets.ts'
import { cityBrain } from './support/city-brain-command.ts'
import type { Fault, FaultContext } from './support/fault.ts'
import { type FaultLoad, startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { type FaultCity, startFaultCity } from './support/start-fault-city.ts'

const pageSize = 4_096

type Damage = {
  name: string
  /** How the city ends before it. */
  end: 'SIGTERM' | 'kill'
  /** The start always finds it. */
  refused?: true
  make(journal: string, older: string): void
}

const damages: readonly Damage[] = [
  {
    name: 'a flipped bit',
    end: 'SIGTERM',
    make: (journal) => overwrite(journal, (size) => Math.floor(pageSize + Math.random() * (size - pageSize)), flipBit)
  },
  {
    name: 'a zeroed page',
    end: 'SIGTERM',
    make: (journal) =>
      overwrite(
        journal,
        (size) => pageSize * (1 + Math.floor(Math.random() * (size / pageSize - 1))),
        () => Buffer.alloc(pageSize)
      )
  },
  {
    name: 'a truncated file',
    end: 'SIGTERM',
    make(journal) {
      const file = join(journal, 'journal.db')
      truncateSync(file, Math.floor(statSync(file).size * (0.5 + Math.random() / 2)))
    }
  },
  {
    name: 'a lost WAL',
    end: 'kill',
    refused: true,
    make: (journal) => {
      for (const end of ['-wal', '-shm']) rmSync(join(journal, `journal.db${end}`), { force: true })
    }
  },
  {
    name: 'an older copy put back',
    end: 'SIGTERM',
    refused: true,
    make(journal, older) {
      rmSync(journal, { recursive: true })
      cpSync(older, journal, { recursive: true })
    }
  }
]

/** The journal's files are damaged while the city is down, between two stretches of load. */
export const journalDamaged: Fault = {
  name: 'journal-damaged',
  title: 'The journal damaged while the city is down: a bit, a page, a cut, a lost WAL, an older copy; then salvage',
  async run(context) {
    const rounds = context.short ? 1 : 5
    const city = await startFaultCity(context)
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_500 })
    context.onEnd(() => load.close())
    const named = new Set<string>()
    let repetitions = 0
    for (let round = 0; round < rounds; round++) {
      for (const damage of damages) {
        await damageOnce({ context, city, load, damage, named })
        repetitions++
      }
    }
    await load.drain()
    context.log(`${named.size} acknowledged messages lie in what the salvages name as gone`)
    // What is named as gone may be in the history all the same; everything else must be there, once.
    const expected = new Set([...load.acknowledged].filter((key) => !named.has(key)))
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, expected, { countersAgree: false })
    return { repetitions, ...counts, peakMegabytes }
  }
}

async function damageOnce({
  context,
  city,
  load,
  damage,
  named
}: {
  context: FaultContext
  city: FaultCity
  load: FaultLoad
  damage: Damage
  named: Set<string>
}): Promise<void> {
  const journal = join(city.data, 'journal')
  // As the journal was when the city was started after the damage before.
  const older = join(context.folder, 'older')
  const whole = join(context.folder, 'whole')
  await loadFor(load, context.short ? 500 : 2_000)
  // What was never acknowledged is sent again. Of a message that the history had and the journal has lost, nobody knows then
  // that it is a repeat: docs/operating.md says so, and here is none of that kind.
  load.pause()
  await waitFor(() => load.waiting() === 0, 60_000)
  await (damage.end === 'kill' ? city.kill() : city.stop('SIGTERM'))
  load.resume()
  copyInPlaceOf(whole, journal)
  damage.make(journal, older)

  const check = await cityBrain(city.data, 'journal', 'check')
  context.expect([0, 1, 2].includes(check.code), `journal check ended with ${check.code}:\n${check.output}`)
  if (check.code === 0) {
    context.log(`${damage.name}: no effect`)
    copyInPlaceOf(older, journal)
    await city.start()
    return
  }
  if (!context.short || damage.refused) await startEitherWay(context, city, damage)
  const salvage = await cityBrain(city.data, 'journal', 'salvage')
  context.expect(salvage.code === 0, `journal salvage ended with ${salvage.code}:\n${salvage.output}`)
  const gone = [...salvage.output.matchAll(/^GONE +(\d+) to (\d+),/gm)].map(
    ([, from, to]) => [Number(from), Number(to)] as const
  )
  const through = Number(/^The end +(\d+) /m.exec(salvage.output)?.[1] ?? Number.NaN)
  let acknowledgedAndGone = 0
  for (const [key, offset] of await acknowledgedOffsets(whole)) {
    const isGone = offset > through || gone.some(([from, to]) => offset >= from && offset <= to)
    if (!isGone || !load.acknowledged.has(key)) continue
    named.add(key)
    acknowledgedAndGone++
  }
  context.log(
    `${damage.name}: ${gone.map(([from, to]) => `${from} to ${to}`).join(', ') || 'nothing but indexes or records'} named as gone, ${acknowledgedAndGone} acknowledged messages in it`
  )
  copyInPlaceOf(older, journal)
  await city.start()
}

function copyInPlaceOf(copy: string, folder: string): void {
  rmSync(copy, { recursive: true, force: true })
  cpSync(folder, copy, { recursive: true })
}

/** Damage far back is found by a reader, damage near the end by the start: which then says what to do. */
async function startEitherWay(context: FaultContext, city: FaultCity, damage: Damage): Promise<void> {
  try {
    await city.start()
  } catch (error) {
    const text = String((error as Error).message)
    context.expect(
      text.includes('journal salvage --data'),
      `${damage.name}: the start does not say what to do:\n${text}`
    )
    return
  }
  await city.stop('SIGTERM')
}

async function loadFor(load: FaultLoad, milliseconds: number): Promise<void> {
  const before = load.pubacks()
  await waitFor(() => load.pubacks() > before + 500, 60_000)
  await sleep(milliseconds)
}

function overwrite(journal: string, place: (size: number) => number, bytes: (there: number) => Buffer): void {
  const file = join(journal, 'journal.db')
  const at = place(statSync(file).size)
  const descriptor = openSync(file, 'r+')
  const there = Buffer.alloc(1)
  readSync(descriptor, there, 0, 1, at)
  const written = bytes(there[0] ?? 0)
  writeSync(descriptor, written, 0, written.length, at)
  closeSync(descriptor)
}

function flipBit(there: number): Buffer {
  return Buffer.from([there ^ (1 << Math.floor(Math.random() * 8))])
}
