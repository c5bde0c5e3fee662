import type { LocalTime } from '../city/local-time.ts'
import type { CarPark } from '../parking/car-park.ts'
import type { Random } from '../random.ts'
import type { Fleet } from './fleet.ts'
import type { Reports } from './traffic-reports.ts'

/** Seconds after which a car park reports although nothing has changed. */
const heartbeat = 240

/** Each car park looks at its counter every 30 to 60 s and reports what has changed. */
export function createParkingReports(
  carParks: readonly CarPark[],
  fleet: Fleet,
  random: Random,
  local: (now: number) => LocalTime,
  startedAt: number
): Reports {
  const entries = carParks.map((carPark) => ({
    carPark,
    interval: random.integer(30, 60),
    due: startedAt + random.integer(6, 40) * 1_000,
    looked: startedAt,
    reported: 0,
    said: ''
  }))
  return {
    second(now) {
      for (const entry of entries) {
        if (now < entry.due) continue
        entry.carPark.step(local(now), (now - entry.looked) / 1_000)
        entry.looked = now
        entry.due = now + entry.interval * 1_000
        const reading = entry.carPark.reading()
        const said = JSON.stringify(reading)
        if (said === entry.said && now - entry.reported < heartbeat * 1_000) continue
        entry.said = said
        entry.reported = now
        fleet.report(entry.carPark.id, entry.carPark.type, now, reading)
      }
    }
  }
}
