import type { Asset, ContainerAsset } from '@city-brain/model'
import type { Static } from 'typebox'
import { type DayProfile, profileAt } from '../city/day-profile.ts'
import type { LocalTime } from '../city/local-time.ts'
import { createRandom } from '../random.ts'

export type ContainerReading = {
  fillingLevel: number
  temperature: number
  batteryLevel: number
  rssi: number
  status: 'ok' | 'burning'
}
export type Container = {
  readonly id: string
  level(): number
  isBurning(): boolean
  /** Waste that comes in so many hours; a fire that goes on. */
  step(local: LocalTime, hours: number): void
  /** The collection vehicle was there. */
  empty(): void
  /** Puts it at a level, where a round has left it out. */
  fill(level: number): void
  ignite(): void
  reading(local: LocalTime): ContainerReading
}

/** Waste over the day: mornings and evenings; in the old town until late. */
const rhythm: DayProfile = [
  [1, 0.25],
  [5, 0.15],
  [7.5, 1.5],
  [9, 1.1],
  [12.5, 1.4],
  [15, 0.9],
  [18.5, 1.8],
  [21, 1.3],
  [23, 0.6]
]
const weekendFactor = 1.15
/** Days to fill an average container of each kind. */
const daysToFill: Record<string, number> = {
  organic: 1.6,
  other: 2.4,
  paper: 3.2,
  plastic: 2.8,
  glass: 7,
  hazardous: 20
}
/** Minutes that a fire lasts until it is out. */
const fireMinutes = 14

export function createContainer(asset: Asset, seed: number): Container {
  const properties = asset.properties as Static<typeof ContainerAsset>
  const random = createRandom(seed, `container/${asset.id}`)
  const perHour = random.between(0.55, 1.7) / ((daysToFill[properties.storedWasteKind] ?? 3) * 24)
  const battery = random.between(0.35, 1)
  const signal = random.between(-118, -72)
  const sun = random.between(0, 6)
  let level = random.between(0.02, 0.7)
  let burning = 0

  return {
    id: asset.id,
    level: () => level,
    isBurning: () => burning > 0,
    step({ hour, weekday }, hours) {
      const factor = profileAt(rhythm, hour) * (weekday === 0 || weekday === 6 ? weekendFactor : 1)
      level = Math.min(1, level + perHour * hours * factor * random.between(0.5, 1.5))
      if (burning === 0) return
      burning += hours * 60
      if (burning <= fireMinutes) return
      burning = 0
      level = 0.15
    },
    empty() {
      level = random.between(0, 0.05)
    },
    fill(to) {
      level = to
    },
    ignite() {
      if (burning === 0) burning = 1
    },
    reading({ hour }) {
      const ambient = 21 + 6 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) + (hour > 10 && hour < 17 ? sun : 0)
      const heat = burning > 0 ? Math.min(420, 60 + burning * 45) : 0
      return {
        fillingLevel: Number(Math.max(0, Math.min(1, level + 0.008 * random.normal())).toFixed(2)),
        temperature: Number((ambient + heat + 0.6 * random.normal()).toFixed(1)),
        batteryLevel: Number(battery.toFixed(2)),
        rssi: Math.round(signal + 3 * random.normal()),
        status: burning > 0 ? 'burning' : 'ok'
      }
    }
  }
}
