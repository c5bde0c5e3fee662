import { resolve } from 'node:path'
import type { Asset, Intersection } from '@city-brain/model'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCity, type SimulatedCity } from '../city/read-city.ts'
import { createRandom } from '../random.ts'
import { createDemand } from './demand.ts'
import { createDetectorCounter } from './detector-counter.ts'
import { createFixedTimeSignals } from './fixed-time-signals.ts'
import { createRoadNetwork, type Link } from './road-network.ts'
import { createTrafficModel } from './traffic-model.ts'

const noon = { hour: 12, weekday: 2, day: 20_000 }
const rush = { hour: 8, weekday: 2, day: 20_000 }

/** One approach to a signal and one street that leads on, 500 m each. */
function crossroad(exitLanes = 2): { assets: Asset[]; intersections: Intersection[] } {
  const name = { en: 'x', zh: 'x' }
  const segment = (
    id: string,
    from: string | undefined,
    to: string | undefined,
    line: [number, number][],
    lanes: number
  ): Asset => ({
    type: 'Feature',
    id,
    geometry: { type: 'LineString', coordinates: line },
    properties: { kind: 'roadSegment', name, area: 'a', roadClass: 'primary', from, to, lanes, freeFlowSpeed: 50 }
  })
  const detector: Asset = {
    type: 'Feature',
    id: 'det-1',
    geometry: null,
    properties: {
      kind: 'detector',
      name,
      area: 'a',
      refIntersection: 'int-1',
      refRoadSegment: 'in',
      approach: 'W',
      period: 60
    }
  }
  const phase = (id: number, detectors: string[]) => ({
    id,
    name,
    kind: 'vehicle' as const,
    minimumGreen: 5,
    maximumGreen: 60,
    yellowChange: 3,
    redClearance: 2,
    lanes: 2,
    saturationFlow: 3_600,
    detectors
  })
  return {
    assets: [
      segment(
        'in',
        undefined,
        'int-1',
        [
          [122, 29],
          [122.00514, 29]
        ],
        2
      ),
      segment(
        'out',
        'int-1',
        undefined,
        [
          [122.00514, 29],
          [122.01028, 29]
        ],
        exitLanes
      ),
      detector
    ],
    intersections: [
      {
        intersection: 'int-1',
        revision: 1,
        controller: 'ctl-1',
        cycle: { minimum: 20, maximum: 120 },
        phases: [phase(2, ['det-1']), phase(4, [])],
        conflicts: [[2, 4]],
        stages: [[2], [4]],
        plan: { cycle: 60, greens: [25, 25], offset: 0 }
      }
    ]
  }
}

function trafficOf(
  city: { assets: readonly Asset[]; intersections: readonly Intersection[] },
  entering: number,
  seed = 1
) {
  const links = createRoadNetwork(city.assets, city.intersections)
  const demand = {
    entering: links.map((link) => (link.isEntry ? entering : 0)),
    joining: links.map(() => 0)
  }
  return { links, model: createTrafficModel(links, demand, createRandom(seed, 'test')) }
}

describe('the traffic model', () => {
  let demo: SimulatedCity
  let links: Link[]
  beforeAll(() => {
    demo = readCity(resolve(import.meta.dirname, '../../../cities/demo'))
    links = createRoadNetwork(demo.assets, demo.intersections)
  })

  test('conserves vehicles, keeps every queue within its link and moves none on red, whatever the signals do', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 40 }),
        fc.double({ min: 0.2, max: 6, noNaN: true }),
        (seed, hold, load) => {
          const base = createDemand(links, demo.intersections, createRandom(seed, 'demand'))
          const demand = {
            entering: base.entering.map((flow) => flow * load),
            joining: base.joining.map((flow) => flow * load)
          }
          const model = createTrafficModel(links, demand, createRandom(seed, 'traffic'))
          const lamp = createRandom(seed, 'lamps')
          let greens = new Map<string, boolean>()
          let before = model.groups.map(({ departed }) => departed)
          for (let second = 0; second < 240; second++) {
            if (second % hold === 0) greens = new Map()
            model.step(rush, ({ intersection, phase }) => {
              const key = `${intersection}/${phase}`
              const green = greens.get(key) ?? lamp.next() < 0.5
              greens.set(key, green)
              return green
            })
            const { entered, left, inside } = model.totals()
            expect(entered).toBe(left + inside)
            // One expectation for all groups: there are hundreds of them in each second.
            const faults = model.groups.flatMap(({ group, queue, arrived, departed }, i) => {
              const isRed = group.signal && !greens.get(`${group.signal.intersection}/${group.signal.phase}`)
              return [
                ...(isRed && departed !== before[i] ? ['moved on red'] : []),
                ...(queue < 0 || queue !== arrived - departed ? ['does not add up'] : []),
                ...(queue > group.link.storage ? ['is longer than its link'] : [])
              ].map((fault) => `the queue on ${group.link.id} ${fault}`)
            })
            expect(faults).toEqual([])
            before = model.groups.map(({ departed }) => departed)
          }
        }
      ),
      { numRuns: 12 }
    )
  })

  test('lets no more go than saturation flow', () => {
    const { model } = trafficOf(crossroad(), 20_000)
    const [state] = model.groupsOf('in')
    for (let second = 0; second < 300; second++) model.step(rush, () => true)
    // 3,600 veh/h of two lanes: one a second, but for the first seconds.
    expect(state?.departed).toBeGreaterThan(240)
    expect(state?.departed).toBeLessThanOrEqual(300)
  })

  test('answers to its signals: half the green, about half the vehicles', () => {
    const counts = [20, 40].map((green) => {
      const { model } = trafficOf(crossroad(), 20_000)
      for (let second = 0; second < 1_800; second++) model.step(rush, () => second % 60 < green)
      return model.groupsOf('in')[0]?.departed ?? 0
    })
    expect((counts[1] ?? 0) / (counts[0] ?? 1)).toBeGreaterThan(1.8)
    expect((counts[1] ?? 0) / (counts[0] ?? 1)).toBeLessThan(2.4)
  })

  test('spills back: a queue that fills its link keeps those behind it out', () => {
    const { model, links: two } = trafficOf(crossroad(), 20_000)
    for (let second = 0; second < 600; second++) model.step(rush, () => false)
    expect(model.occupancyOf('in')).toBe(1)
    expect(model.totals().waitingOutside).toBeGreaterThan(100)
    expect(model.totals().inside).toBe(two.find((link) => link.id === 'in')?.storage)
  })

  test('a blocked lane lets fewer go', () => {
    const run = (capacity: number) => {
      const { model } = trafficOf(crossroad(), 20_000)
      model.disturb('in', { capacity, joining: 0 })
      for (let second = 0; second < 600; second++) model.step(rush, () => true)
      return model.groupsOf('in')[0]?.departed ?? 0
    }
    expect(run(0.3)).toBeLessThan(run(1) * 0.4)
  })

  test('gives the same numbers for the same seed', () => {
    const run = () => {
      const model = createTrafficModel(
        links,
        createDemand(links, demo.intersections, createRandom(7, 'demand')),
        createRandom(7, 'traffic')
      )
      const signals = createFixedTimeSignals(demo.intersections)
      for (let second = 0; second < 120; second++) model.step(rush, signals(second * 1_000))
      return model.groups.map(({ queue, departed }) => `${queue}/${departed}`).join()
    }
    expect(run()).toBe(run())
  })
})

describe('a detector', () => {
  const detectorOf = (city: ReturnType<typeof crossroad>) => city.assets.find(({ id }) => id === 'det-1') as Asset

  test('counts in flow, and next to nothing of occupancy, where traffic is light and green', () => {
    const city = crossroad()
    const { model } = trafficOf(city, 600)
    const counter = createDetectorCounter(detectorOf(city), model, createRandom(1, 'noise'))
    let vehicles = 0
    for (let second = 1; second <= 1_200; second++) {
      model.step(noon, () => true)
      counter?.observe()
      if (second % 60 !== 0) continue
      const count = counter?.take()
      vehicles += count?.intensity ?? 0
      expect(count?.occupancy).toBeLessThan(0.1)
      if (count?.averageVehicleSpeed !== undefined) expect(count.averageVehicleSpeed).toBeGreaterThan(35)
    }
    const { departed, queue } = model.groupsOf('in')[0] ?? { departed: 0, queue: 0 }
    expect(Math.abs(vehicles - departed - queue)).toBeLessThanOrEqual(3)
  })

  test('is covered where a queue stands on it, and then says no speed: nothing passes', () => {
    const city = crossroad()
    const { model } = trafficOf(city, 20_000)
    const counter = createDetectorCounter(detectorOf(city), model, createRandom(1, 'noise'))
    for (let second = 0; second < 300; second++) {
      model.step(rush, () => false)
      counter?.observe()
      if (second === 200) counter?.take()
    }
    const count = counter?.take()
    expect(count?.occupancy).toBeGreaterThan(0.7)
    expect(count?.occupancy).toBeLessThanOrEqual(1)
    expect(count).toMatchObject({ intensity: 0 })
    expect(count).not.toHaveProperty('averageVehicleSpeed')
  })

  test('sees an approach that gets too little green as congested by the rule of the demo city', () => {
    const city = crossroad()
    const { model } = trafficOf(city, 1_500)
    const counter = createDetectorCounter(detectorOf(city), model, createRandom(1, 'noise'))
    for (let second = 0; second < 1_200; second++) {
      if (second % 60 === 0) counter?.take()
      model.step(rush, () => second % 60 < 12)
      counter?.observe()
    }
    const count = counter?.take()
    expect(count?.occupancy).toBeGreaterThanOrEqual(0.35)
    expect(count?.averageVehicleSpeed).toBeLessThanOrEqual(20)
  })
})

test('turning shares of a lane group add up to one, and left turns have a group of their own where they have a phase', () => {
  const city = readCity(resolve(import.meta.dirname, '../../../cities/demo'))
  const network = createRoadNetwork(city.assets, city.intersections)
  const shared = network.filter((link) => link.groups.length === 2)
  expect(shared.length).toBeGreaterThan(20)
  for (const link of network) {
    if (link.isExit) continue
    expect(link.groups.reduce((sum, group) => sum + group.share, 0)).toBeCloseTo(1)
    for (const group of link.groups) {
      expect(group.signal, link.id).toBeDefined()
      expect(group.turns.reduce((sum, turn) => sum + turn.share, 0)).toBeCloseTo(1)
    }
  }
})
