import type { LatestEntity } from '@city-brain/model'
import { expect, test } from 'vitest'
import { delayOf, lengthOf, levelOfSpeed, trafficOfLink } from './traffic-level.ts'

const detector = (values: LatestEntity['values'], more: Partial<LatestEntity> = {}): LatestEntity => ({
  entity: 'det-1',
  type: 'TrafficFlowObserved',
  offset: 1,
  dateObserved: '2026-05-04T08:00:00.000Z',
  receivedAt: '2026-05-04T08:00:00.000Z',
  values,
  stale: false,
  ...more
})

test('the level is the speed as a share of the free-flow speed', () => {
  expect([50, 35, 34, 22.5, 22, 12.5, 12, 0].map((speed) => levelOfSpeed(speed, 50))).toEqual([
    'free',
    'free',
    'dense',
    'dense',
    'slow',
    'slow',
    'standing',
    'standing'
  ])
})

test('the speeds of the lanes are weighted by the vehicles that drove them', () => {
  const traffic = trafficOfLink(
    50,
    [
      detector({ intensity: 30, averageVehicleSpeed: 40 }),
      detector({ intensity: 10, averageVehicleSpeed: 20 }),
      undefined
    ],
    () => 60
  )
  expect(traffic).toEqual({ level: 'free', speed: 35, flow: 2_400, stale: false })
})

test('nothing counted is an empty road where the lane is unoccupied, and a standing one where it is covered', () => {
  expect(trafficOfLink(50, [detector({ intensity: 0, occupancy: 0 })]).level).toBe('free')
  expect(trafficOfLink(50, [detector({ intensity: 0, occupancy: 0.9, averageVehicleSpeed: 0 })]).level).toBe('standing')
  expect(trafficOfLink(50, [detector({ occupancy: 0.2 })]).level).toBe('dense')
})

test('unknown is not free: silent or unreliable detectors say nothing', () => {
  expect(trafficOfLink(50, [])).toEqual({ level: 'unknown', stale: false })
  expect(trafficOfLink(50, [undefined])).toEqual({ level: 'unknown', stale: false })
  const stale = detector({ intensity: 9, averageVehicleSpeed: 50 }, { stale: true })
  const stuck = detector({ intensity: 9, averageVehicleSpeed: 50 }, { unreliable: ['unchanged'] })
  expect(trafficOfLink(50, [stale, stuck])).toEqual({ level: 'unknown', stale: true })
  expect(trafficOfLink(50, [stale, detector({ intensity: 5, averageVehicleSpeed: 20 })]).level).toBe('slow')
  expect(trafficOfLink(50, [detector({ batteryLevel: 1 })]).level).toBe('unknown')
})

test('delay and length are in seconds and metres', () => {
  expect(delayOf(1_000, 25, 50)).toBeCloseTo(72)
  expect(delayOf(1_000, 60, 50)).toBe(0)
  expect(
    lengthOf([
      [122, 29],
      [122, 29.01]
    ])
  ).toBeCloseTo(1_113, 0)
})
