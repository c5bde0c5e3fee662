import type { CityTraffic } from '../traffic/city-traffic.ts'
import type { Fleet } from './fleet.ts'
import { periodOf } from './past.ts'

export type Reports = {
  /** Called once for each second of the simulation. */
  second(now: number): void
}

/** Each detector reports at the end of its period; their periods end at different seconds, as in a street. */
export function createTrafficReports(
  traffic: CityTraffic,
  fleet: Fleet
): Reports & {
  /** A second before the simulation is live: periods begin and end, nobody hears of it. */
  settle(now: number): void
} {
  const counters = traffic.counters.map((counter, i) => ({ counter, phase: (i * 7) % counter.period }))
  const endingAt = (now: number) => {
    const seconds = Math.round(now / 1_000)
    return counters.filter(({ counter, phase }) => (seconds + phase) % counter.period === 0)
  }
  return {
    settle(now) {
      for (const { counter } of endingAt(now)) counter.take()
    },
    second(now) {
      for (const { counter } of endingAt(now)) {
        const values = { ...periodOf(now, counter.period), ...counter.take() }
        fleet.report(counter.id, 'TrafficFlowObserved', now, values)
      }
    }
  }
}
