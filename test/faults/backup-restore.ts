import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../city/start-city.ts'
import { cityBrain } from './support/city-brain-command.ts'
import type { Fault } from './support/fault.ts'
import { startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { startFaultCity } from './support/start-fault-city.ts'

/** A backup is taken under load, then the machine is lost, and the backup put back on an empty one. */
export const backupRestore: Fault = {
  name: 'backup-restore',
  title: 'The machine lost after a backup under load, which is restored on an empty one',
  async run(context) {
    const repetitions = context.short ? 1 : 5
    const city = await startFaultCity(context)
    const load = await startFaultLoad({ mqttPort: city.mqttPort, devices: city.devices, perSecond: 1_500 })
    context.onEnd(() => load.close())
    /** Acknowledged after a backup began, and before the machine was lost: a part of it is gone. */
    const after = new Set<string>()
    for (let round = 0; round < repetitions; round++) {
      const before = load.pubacks()
      await waitFor(() => load.pubacks() > before + 1_000, 60_000)
      const held = new Set(load.acknowledged)
      const backup = join(context.folder, `backup-${round}`)
      const made = await cityBrain(city.data, 'backup', backup)
      context.expect(made.code === 0, `backup ended with ${made.code}:\n${made.output}`)
      await sleep(500)
      load.pause()
      await waitFor(() => load.waiting() === 0, 60_000)
      await city.kill()
      for (const key of load.acknowledged) if (!held.has(key)) after.add(key)
      load.resume()
      rmSync(city.data, { recursive: true })
      const restored = await cityBrain(city.data, 'restore', backup)
      context.expect(restored.code === 0, `restore ended with ${restored.code}:\n${restored.output}`)
      context.log(`${held.size} acknowledged before the backup; ${restored.output.trim()}`)
      rmSync(backup, { recursive: true })
      await city.start()
    }
    await load.drain()
    context.log(`${after.size} were acknowledged between a backup and the loss`)
    // What came before a backup, or after it was put back, must be there; of what lies between, each at most once.
    const expected = new Set([...load.acknowledged].filter((key) => !after.has(key)))
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, expected, { countersAgree: false })
    return { repetitions, ...counts, peakMegabytes }
  }
}
