import { describe, expect, test } from 'vitest'
import { describeDetectors } from './describe-detectors.ts'
import { type DetectorReading, keepRecent, toDetectorReading } from './detector-readings.ts'
import { measureDemand } from './measure-demand.ts'
import { queueGrowth } from './queue-growth.ts'
import { twoStreets, twoStreetsAssets } from './testing/two-streets.ts'
import { webster } from './webster.ts'

const start = Date.UTC(2026, 4, 4, 8)

/** Readings every 30 s up to `now` = 300 s. */
function series(value: (index: number) => { intensity?: number; occupancy?: number }, count = 10): DetectorReading[] {
  return Array.from({ length: count }, (_, index) => {
    const at = 300_000 - (count - 1 - index) * 30_000
    return { offset: 100 + index, at, observed: start + at, period: 30, ...value(index) }
  })
}

function measure(readings: Record<string, DetectorReading[]>, now = 300_000, intersection = twoStreets()) {
  const detectors = describeDetectors([intersection], twoStreetsAssets())
  return measureDemand({ intersection, detectors, readings: (id) => readings[id] ?? [], now })
}

const steady = (intensity: number, occupancy = 0.1) => series(() => ({ intensity, occupancy }))
const allSteady = { 'det-w1': steady(10), 'det-w2': steady(9), 'det-n': steady(5), 'det-e': steady(8) }

describe('counted flow', () => {
  test('is vehicles over the time they were counted in, lane by lane or approach by approach, in veh/h', () => {
    const { demand, causes } = measure(allSteady)
    expect(demand.map(({ counted, queueGrowth: growth }) => [counted, growth])).toEqual([
      [2_280, 0],
      [600, 0],
      [960, 0]
    ])
    expect(demand[0]).toMatchObject({
      saturationFlow: 3_600,
      flowRatio: 0.6333,
      detectors: [{ id: 'det-w1', intensity: 10 }, { id: 'det-w2' }]
    })
    expect(demand.every(({ fallback }) => fallback === undefined)).toBe(true)
    expect(causes).toEqual([100, 101, 102, 103, 104, 105, 106, 107, 108, 109])
  })

  test('takes only the last minutes', () => {
    const busyBefore = steady(10).map((reading, index) => ({
      ...reading,
      at: index < 5 ? -1 : reading.at,
      intensity: index < 5 ? 30 : 10
    }))
    expect(measure({ ...allSteady, 'det-n': busyBefore }).demand[1]?.counted).toBe(1_200)
  })

  test('takes the period that a reading states before that of the asset', () => {
    const hourly = series(() => ({ intensity: 10 })).map((reading) => ({ ...reading, period: 60 }))
    expect(measure({ ...allSteady, 'det-n': hourly }).demand[1]?.counted).toBe(600)
  })

  test('of a lane whose detector is silent is that of the other lanes', () => {
    expect(measure({ ...allSteady, 'det-w2': [] }).demand[0]).toMatchObject({ counted: 2_400 })
  })

  test('of a detector that several phases share is divided by their saturation flows', () => {
    const intersection = twoStreets()
    intersection.phases[2]?.detectors.splice(0, 1, 'det-n')
    Object.assign(intersection.phases[2] ?? {}, { saturationFlow: 1_200 })
    const { demand } = measure(allSteady, 300_000, intersection)
    expect([demand[1]?.counted, demand[2]?.counted]).toEqual([450, 150])
  })

  test('of detectors that count the same vehicles is not added up', () => {
    const intersection = twoStreets()
    const assets = twoStreetsAssets()
    const advance = assets.features.find(({ id }) => id === 'det-n')
    if (advance) assets.features.push({ ...advance, id: 'det-n-advance' })
    intersection.phases[1]?.detectors.push('det-n-advance')
    const { demand } = measureDemand({
      intersection,
      detectors: describeDetectors([intersection], assets),
      readings: (id) => (id === 'det-n-advance' ? steady(6) : (allSteady[id as keyof typeof allSteady] ?? [])),
      now: 300_000
    })
    expect(demand[1]?.counted).toBe(720)
  })

  test('never gives a flow ratio above 0.9', () => {
    expect(measure({ ...allSteady, 'det-n': steady(60) }).demand[1]).toMatchObject({ counted: 7_200, flowRatio: 0.9 })
  })
})

describe('without measurement', () => {
  test("the local plan's split stands in, and says so", () => {
    const { demand } = measure({})
    expect(demand.map(({ fallback }) => fallback)).toEqual(['no-data', 'no-data', 'no-data'])
    expect(demand.map(({ counted, flowRatio }) => [counted, flowRatio])).toEqual([
      // Y = 1 − (1.5 · 10 + 5) / 80 = 0.75, as 40 to 30.
      [0, 0.4286],
      [0, 0.3214],
      [0, 0.4286]
    ])
    expect(webster(twoStreets(), demand)?.timing).toEqual(twoStreets().plan)
  })

  test('a detector that has missed three readings is stale; its last words are still shown', () => {
    const later = 300_000 + 90_000
    expect(measure({ ...allSteady, 'det-n': steady(5) }, later).demand[1]?.fallback).toBeUndefined()
    const { demand } = measure({ ...allSteady, 'det-n': steady(5) }, later + 1)
    expect(demand[1]).toMatchObject({
      fallback: 'stale',
      counted: 0,
      detectors: [{ id: 'det-n', intensity: 5, offset: 109 }]
    })
  })

  test('a detector that only tells occupancy does not count', () => {
    expect(measure({ ...allSteady, 'det-n': series(() => ({ occupancy: 0.2 })) }).demand[1]?.fallback).toBe('no-data')
  })

  test('a detector that is occupied all the time while nothing passes does not count', () => {
    expect(measure({ ...allSteady, 'det-n': steady(0, 1) }).demand[1]?.fallback).toBe('no-data')
    expect(measure({ ...allSteady, 'det-n': steady(0, 0) }).demand[1]).toMatchObject({ counted: 0, flowRatio: 0 })
  })

  test('pedestrians need none', () => {
    const intersection = twoStreets()
    Object.assign(intersection.phases[2] ?? {}, { kind: 'pedestrian', walk: 7, pedestrianClear: 9, detectors: [] })
    const { demand } = measure(allSteady, 300_000, intersection)
    expect(demand[2]).toEqual({
      phase: 3,
      counted: 0,
      queueGrowth: 0,
      saturationFlow: 3_600,
      flowRatio: 0,
      detectors: []
    })
  })
})

describe('growth of the queue', () => {
  // From 0.35 to 0.8 in 270 s.
  const rising = series((index) => ({ intensity: 10, occupancy: 0.35 + index * 0.05 }))

  test('is the slope of occupancy, as vehicles on the road behind the detector', () => {
    // 0.45 in 270 s are 6 an hour; over 7 m a vehicle on 150 m of one lane: 128.6 veh/h.
    expect(queueGrowth(rising, 150)).toBeCloseTo(128.57, 1)
  })

  test('is added to what was counted, since a congested approach counts its capacity and not its demand', () => {
    const calm = measure({ ...allSteady, 'det-n': steady(10, 0.35) }).demand[1]
    const congested = measure({ ...allSteady, 'det-n': rising }).demand[1]
    expect(congested?.counted).toBe(calm?.counted)
    // Its road is 100 m long and has the two lanes of the phase.
    expect(congested?.queueGrowth).toBeGreaterThan(165)
    expect(congested?.queueGrowth).toBeLessThan(176)
    expect(congested?.flowRatio).toBeGreaterThan(calm?.flowRatio ?? 1)
  })

  test.each<[string, DetectorReading[]]>([
    ['a queue that shrinks', series((index) => ({ occupancy: 0.8 - index * 0.05 }))],
    ['more vehicles that flow freely', series((index) => ({ occupancy: 0.02 + index * 0.02 }))],
    ['two readings', rising.slice(-2)],
    [
      'less than a minute',
      rising.slice(-3).map((reading, index) => ({ ...reading, observed: start + index * 20_000 }))
    ],
    ['no occupancy', series(() => ({ intensity: 10 }))],
    ['readings of one moment', rising.map((reading) => ({ ...reading, observed: start }))]
  ])('%s is none', (_, readings) => {
    expect(queueGrowth(readings, 150)).toBe(0)
  })
})

describe('readings', () => {
  const detector = describeDetectors([twoStreets()], twoStreetsAssets()).get('det-n')
  if (!detector) throw new Error('no such detector')
  const reading = {
    type: 'TrafficFlowObserved' as const,
    dateObserved: '2026-05-04T08:00:00.000Z',
    values: { intensity: 7, occupancy: 0.2 }
  }

  test('keep what demand needs, with the period that they state', () => {
    expect(toDetectorReading(detector, reading, 5, 9)).toEqual({
      offset: 5,
      at: 9,
      observed: start,
      period: 30,
      intensity: 7,
      occupancy: 0.2
    })
    const stated = { dateObservedFrom: '2026-05-04T07:59:00Z', dateObservedTo: '2026-05-04T08:00:00Z' }
    expect(toDetectorReading(detector, { ...reading, values: { ...stated, intensity: 7 } }, 5, 9)?.period).toBe(60)
  })

  test('of the past are left out', () => {
    expect(toDetectorReading(detector, { ...reading, backfill: true }, 5, 9)).toBeUndefined()
    expect(toDetectorReading(detector, { ...reading, flags: ['late'] }, 5, 9)).toBeUndefined()
    expect(toDetectorReading(detector, { ...reading, type: 'ParkingSpot' }, 5, 9)).toBeUndefined()
  })

  test('are bounded, however many come', () => {
    let kept: DetectorReading[] = []
    for (let index = 0; index < 1_000; index++) {
      kept = keepRecent(kept, { offset: index, at: index, observed: start + index, period: 30 }, detector)
    }
    expect(kept.length).toBe(64)
    expect(kept.at(-1)?.offset).toBe(999)
    expect(keepRecent(kept, { offset: 1_000, at: 400_000, observed: start, period: 30 }, detector).length).toBe(1)
  })
})
