import type { Asset } from '@city-brain/model'
import type { LocalTime } from '../city/local-time.ts'
import type { SimulatedCity } from '../city/read-city.ts'
import { createRandom } from '../random.ts'
import { capacityOf, createDemand } from './demand.ts'
import { createDetectorCounter, type DetectorCount, type DetectorCounter } from './detector-counter.ts'
import { createIncidents } from './incidents.ts'
import { createRoadNetwork, type Signal } from './road-network.ts'
import { createTrafficModel } from './traffic-model.ts'

/** The traffic of a city with its detectors, a second at a time. */
export type CityTraffic = {
  readonly counters: readonly DetectorCounter[]
  step(now: number, local: LocalTime, greenOf: (signal: Signal) => boolean): void
}

/** What a loop says that is stuck: the same for ever. */
const stuckCount: DetectorCount = { intensity: 11, occupancy: 0.132, averageVehicleSpeed: 36.4 }

/**
 * @param options.startedAt when the live simulation starts: a few incidents are under way then
 * @param options.period seconds that detectors count over, where it is not their own
 * @param options.stuckFrom from when on one of the detectors is stuck
 */
export function createCityTraffic(options: {
  city: SimulatedCity
  seed: number
  startedAt: number
  stuckFrom: number
  period?: number
}): CityTraffic {
  const { city, seed, startedAt, period, stuckFrom } = options
  const links = createRoadNetwork(city.assets, city.intersections)
  const demand = createDemand(links, city.intersections, createRandom(seed, 'demand'))
  const model = createTrafficModel(links, demand, createRandom(seed, `traffic/${period ?? 'live'}`))
  const incidents = createIncidents({
    links,
    model,
    capacityOf: (link) => link.groups.reduce((sum, group) => sum + capacityOf(group, city.intersections), 0),
    seed,
    startedAt
  })
  let now = 0
  const detectors = city.assets.filter((asset) => asset.properties.kind === 'detector')
  const stuck = detectors.length > 0 ? createRandom(seed, 'stuck').pick(detectors).id : undefined
  const counters = detectors.flatMap((asset) => {
    const counter = createDetectorCounter(withPeriod(asset, period), model, createRandom(seed, `detector/${asset.id}`))
    if (!counter) return []
    if (asset.id !== stuck) return [counter]
    const take = () => {
      const count = counter.take()
      return now >= stuckFrom ? { ...stuckCount } : count
    }
    return [{ ...counter, take }]
  })
  let seconds = 0

  return {
    counters,
    step(at, local, greenOf) {
      now = at
      if (seconds++ % 5 === 0) incidents.apply(now)
      model.step(local, greenOf)
      for (const counter of counters) counter.observe()
    }
  }
}

function withPeriod(asset: Asset, period: number | undefined): Asset {
  return period === undefined || asset.properties.kind !== 'detector'
    ? asset
    : { ...asset, properties: { ...asset.properties, period } }
}
