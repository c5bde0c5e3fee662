import type { Asset, ParkingSiteAsset } from '@city-brain/model'
import type { Static } from 'typebox'
import { type DayProfile, profileAt } from '../city/day-profile.ts'
import type { LocalTime } from '../city/local-time.ts'
import { createRandom } from '../random.ts'

/** A car park as its own counter sees it, in the attributes of its type. */
export type ParkingReading = {
  availableSpotNumber: number
  occupiedSpotNumber: number
  totalSpotNumber: number
} & Record<string, unknown>
export type CarPark = {
  readonly id: string
  readonly type: 'OffStreetParking' | 'OnStreetParking'
  readonly occupied: () => number
  /** Vehicles that come and go in so many seconds. */
  step(local: LocalTime, seconds: number): void
  reading(): ParkingReading
}

/** What it is used for decides when it is full: share of its spaces wanted, on workdays and at weekends. */
type Use = { workday: DayProfile; weekend: DayProfile; stayMinutes: number }
const uses: Record<'work' | 'shopping' | 'station' | 'homes', Use> = {
  work: {
    workday: [
      [0, 0.08],
      [6, 0.1],
      [9, 0.82],
      [11, 0.9],
      [16, 0.86],
      [18.5, 0.35],
      [21, 0.12]
    ],
    weekend: [
      [0, 0.07],
      [10, 0.2],
      [15, 0.24],
      [20, 0.1]
    ],
    stayMinutes: 150
  },
  shopping: {
    workday: [
      [2, 0.06],
      [8, 0.12],
      [11, 0.55],
      [13, 0.62],
      [15, 0.58],
      [18.5, 0.86],
      [20.5, 0.6],
      [23, 0.15]
    ],
    weekend: [
      [2, 0.08],
      [9, 0.2],
      [11.5, 0.8],
      [15, 0.98],
      [18, 0.92],
      [21, 0.45],
      [23.5, 0.14]
    ],
    stayMinutes: 70
  },
  station: {
    workday: [
      [1, 0.3],
      [5, 0.33],
      [8, 0.7],
      [12, 0.8],
      [17, 0.76],
      [20, 0.5],
      [23, 0.34]
    ],
    weekend: [
      [1, 0.42],
      [10, 0.7],
      [16, 0.74],
      [22, 0.5]
    ],
    stayMinutes: 200
  },
  homes: {
    workday: [
      [1, 0.94],
      [6, 0.92],
      [9, 0.5],
      [12, 0.44],
      [16, 0.5],
      [19, 0.82],
      [22, 0.93]
    ],
    weekend: [
      [1, 0.93],
      [9, 0.85],
      [14, 0.66],
      [19, 0.82],
      [23, 0.93]
    ],
    stayMinutes: 120
  }
}

/** Oddities that a real city has: one that is always full, and one whose counter has drifted above its capacity. */
export type CarParkOddity = 'always-full' | 'drifted'

/**
 * Arrivals and departures at random: each vehicle leaves after a stay of exponential length, and as many come as keep
 * the car park at what is wanted at that hour. Whoever finds it full drives on.
 */
export function createCarPark(asset: Asset, seed: number, oddity?: CarParkOddity): CarPark {
  const properties = asset.properties as Static<typeof ParkingSiteAsset>
  const random = createRandom(seed, `car-park/${asset.id}`)
  const total = properties.totalSpotNumber ?? 100
  const kinds: (keyof typeof uses)[] =
    properties.type === 'OnStreetParking' ? ['homes', 'shopping'] : ['work', 'shopping', 'shopping', 'station']
  const use = uses[random.pick(kinds)]
  const love = random.between(0.72, 1.06)
  const drift = oddity === 'drifted' ? Math.round(total * 0.45) : 0
  let occupied = -1

  const wanted = ({ hour, weekday }: LocalTime): number => {
    if (oddity === 'always-full') return total
    if (oddity === 'drifted') return total * 0.25
    const isWorkday = weekday >= 1 && weekday <= 5
    return total * love * profileAt(isWorkday ? use.workday : use.weekend, hour)
  }

  return {
    id: asset.id,
    type: properties.type,
    occupied: () => occupied,
    step(local, seconds) {
      if (occupied < 0) occupied = Math.max(0, Math.min(total, Math.round(wanted(local))))
      // Full, but for the space that someone has just left: others wait at the entrance.
      if (oddity === 'always-full') {
        occupied = total - (random.next() < 0.2 ? 1 : 0)
        return
      }
      const turnover = seconds / (use.stayMinutes * 60)
      // What is wanted is looked up a stay ahead: the number of vehicles follows it with that delay.
      const ahead = { ...local, hour: (local.hour + use.stayMinutes / 120) % 24 }
      const leaving = Math.min(occupied, random.poisson(occupied * turnover))
      const coming = random.poisson(wanted(ahead) * turnover)
      occupied = Math.min(total, occupied - leaving + coming)
    },
    reading() {
      const available = total - occupied + drift
      const share = occupied / total
      const counts = { totalSpotNumber: total, availableSpotNumber: available, occupiedSpotNumber: occupied }
      if (properties.type === 'OnStreetParking')
        return { ...counts, category: ['feeCharged'], parkingMode: ['parallelParking'] }
      const level = available === 0 ? 'full' : share > 0.92 ? 'almostFull' : 'spacesAvailable'
      return {
        ...counts,
        occupancy: Number(share.toFixed(3)),
        status: ['open', level],
        occupancyDetectionType: ['balancing']
      }
    }
  }
}
