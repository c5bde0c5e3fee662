import type { LocalTime } from '../city/local-time.ts'
import type { Oddities } from '../city/plan-oddities.ts'
import type { SimulatedCity } from '../city/read-city.ts'
import { createRandom, type Random } from '../random.ts'
import { collect } from './collection.ts'
import { type Container, createContainer } from './container.ts'

export type CityWaste = {
  readonly containers: readonly { container: Container; interval: number; silent: boolean }[]
  /** Filling, fires and collection over so many minutes. */
  step(local: LocalTime, minutes: number): void
  /** A round misses some for a day: they are nearly full. */
  missSome(): void
  /** A container of residual waste catches fire. */
  ignite(random: Random): Container | undefined
}

export function createCityWaste(city: SimulatedCity, seed: number, oddities: Oddities): CityWaste {
  const rounds = createRandom(seed, 'waste')
  const chance = createRandom(seed, 'missed')
  const entries = city.assets.flatMap((asset) => {
    const { properties } = asset
    if (properties.kind !== 'container') return []
    const container = createContainer(asset, seed)
    const burns = properties.storedWasteKind === 'other' || properties.storedWasteKind === 'paper'
    return [{ container, interval: properties.expectedInterval ?? 3_600, silent: oddities.silent.has(asset.id), burns }]
  })
  const missed = new Set(oddities.missed)
  let missedNow = false
  const all = entries.map(({ container }) => container)
  const others = all.filter(({ id }) => !missed.has(id))

  return {
    containers: entries,
    step(local, minutes) {
      for (const container of all) container.step(local, minutes / 60)
      collect(missedNow ? others : all, local, minutes / 60, rounds)
    },
    missSome() {
      missedNow = true
      for (const container of all) if (missed.has(container.id)) container.fill(chance.between(0.86, 0.93))
    },
    ignite(random) {
      const candidates = entries.filter(({ burns, silent, interval }) => burns && !silent && interval >= 3_600)
      const chosen = candidates.length > 0 ? random.pick(candidates).container : undefined
      chosen?.ignite()
      return chosen
    }
  }
}
