import type { LocalTime } from '../city/local-time.ts'
import type { Random } from '../random.ts'
import type { CityWaste } from '../waste/city-waste.ts'
import type { Fleet } from './fleet.ts'
import type { Log } from './log.ts'
import type { Reports } from './traffic-reports.ts'

/** Seconds within which each container reports once after the start; then it keeps its own interval. */
const firstRound = 210
/** A hot container reports at once and goes on so. */
const fireInterval = 30
const firstFire = 150
const firesEvery = [2, 5] as const

/** Containers report at their interval, staggered; now and then one burns. */
export function createWasteReports(
  waste: CityWaste,
  fleet: Fleet,
  random: Random,
  local: (now: number) => LocalTime,
  startedAt: number,
  log: Log
): Reports {
  const entries = waste.containers
    .filter(({ silent }) => !silent)
    .map(({ container, interval }) => ({
      container,
      interval,
      due: startedAt + Math.round(random.between(5, Math.min(firstRound, interval)) * 1_000),
      urgent: Number.POSITIVE_INFINITY
    }))
  let nextFire = startedAt + firstFire * 1_000
  let stepped = startedAt
  return {
    second(now) {
      if (now >= nextFire) {
        const container = waste.ignite(random)
        if (container) log('info', `${container.id} catches fire`)
        for (const entry of entries) if (entry.container === container) entry.urgent = now + 5_000
        nextFire = now + random.between(...firesEvery) * 3_600_000
      }
      if (now - stepped >= 30_000) {
        waste.step(local(now), (now - stepped) / 60_000)
        stepped = now
      }
      for (const entry of entries) {
        if (now < Math.min(entry.due, entry.urgent)) continue
        if (now >= entry.due) entry.due = now + entry.interval * 1_000
        // One report more after the fire is out says so.
        entry.urgent = entry.container.isBurning() ? now + fireInterval * 1_000 : Number.POSITIVE_INFINITY
        fleet.report(entry.container.id, 'WasteContainer', now, entry.container.reading(local(now)))
      }
    }
  }
}
