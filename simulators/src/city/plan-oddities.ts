import type { Asset } from '@city-brain/model'
import type { CarParkOddity } from '../parking/car-park.ts'
import { createRandom } from '../random.ts'

/** What is wrong in the city from the start, as in any city: chosen by the seed, the same in history and live. */
export type Oddities = {
  carParks: ReadonlyMap<string, CarParkOddity>
  /** Containers that no round has reached for a day. */
  missed: readonly string[]
  /** Containers that have stopped to report. */
  silent: ReadonlySet<string>
}

export function planOddities(assets: readonly Asset[], seed: number): Oddities {
  const random = createRandom(seed, 'oddities')
  const garages = assets.filter(
    ({ properties }) =>
      properties.kind === 'parkingSite' &&
      properties.type === 'OffStreetParking' &&
      (properties.totalSpotNumber ?? 0) < 400
  )
  const containers = assets.filter(
    ({ id, properties }) =>
      properties.kind === 'container' && properties.storedWasteKind === 'other' && !id.includes('try-me')
  )
  const modems = containers.filter(
    ({ properties }) => (properties.kind === 'container' ? properties.expectedInterval : undefined) === 300
  )
  const [full, drifted] = draw(
    garages.filter(({ id }) => !id.includes('try-me')),
    2,
    random
  )
  const carParks = new Map<string, CarParkOddity>()
  if (full) carParks.set(full.id, 'always-full')
  if (drifted) carParks.set(drifted.id, 'drifted')
  const [first, ...missed] = draw(
    containers.filter((asset) => !modems.includes(asset)),
    7,
    random
  )
  const silent = [first, ...draw(modems, 1, random)].flatMap((asset) => (asset ? [asset.id] : []))
  return { carParks, missed: missed.map(({ id }) => id), silent: new Set(silent) }
}

function draw<T>(items: readonly T[], count: number, random: ReturnType<typeof createRandom>): T[] {
  const left = [...items]
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(random.integer(0, left.length - 1), 1)[0] as T
  )
}
