import type { Intersection, LatestEntity, LatestSignal } from '@city-brain/model'
import { expect, test } from 'vitest'
import { containerMark } from './container-mark.ts'
import { parkingMark } from './parking-mark.ts'
import { signalMark } from './signal-mark.ts'

const reading = (values: LatestEntity['values'], more: Partial<LatestEntity> = {}): LatestEntity => ({
  entity: 'x',
  type: 'OffStreetParking',
  offset: 1,
  dateObserved: '2026-05-04T08:00:00.000Z',
  receivedAt: '2026-05-04T08:00:00.000Z',
  values,
  stale: false,
  ...more
})

test('a car park shows its free spaces, counted from either side', () => {
  expect(parkingMark(reading({ availableSpotNumber: 148 }), 320)).toMatchObject({ state: 'free', label: 'P 148' })
  expect(parkingMark(reading({ occupiedSpotNumber: 300 }), 320)).toMatchObject({ state: 'free', label: 'P 20' })
  expect(parkingMark(reading({ availableSpotNumber: 0 }), 320)).toMatchObject({ state: 'full', label: 'P 0' })
  expect(parkingMark(reading({ status: ['closed'], availableSpotNumber: 5 }), 9).state).toBe('closed')
})

test('a number that is not to be relied on is a question mark: unknown is not zero', () => {
  expect(parkingMark(undefined, 320)).toMatchObject({ state: 'unknown', label: 'P ?' })
  expect(parkingMark(reading({}), 320)).toMatchObject({ state: 'unknown', label: 'P ?' })
  const above = reading({ availableSpotNumber: 532 }, { unreliable: ['above-capacity'] })
  expect(parkingMark(above, 400)).toMatchObject({ state: 'unreliable', label: 'P ?', available: 532 })
  expect(parkingMark(reading({ availableSpotNumber: 12 }, { stale: true }), 400)).toMatchObject({
    state: 'stale',
    label: 'P ?'
  })
})

test('a container grows stronger from 50 % and from 80 %; burning comes before everything', () => {
  const at = (fillingLevel: number) => containerMark(reading({ fillingLevel })).state
  expect([at(0), at(0.49), at(0.5), at(0.79), at(0.8), at(1)]).toEqual(['low', 'low', 'half', 'half', 'full', 'full'])
  expect(containerMark(reading({ fillingLevel: 0.2, status: 'burning' }, { stale: true })).state).toBe('fire')
  expect(containerMark(reading({ fillingLevel: 0.2 }, { stale: true }))).toMatchObject({
    state: 'stale',
    label: '20 %'
  })
  expect(containerMark(undefined).state).toBe('unknown')
})

const phase = (id: number, approach: 'N' | 'E', kind: 'vehicle' | 'pedestrian' = 'vehicle') =>
  ({ id, approach, kind }) as unknown as Intersection['phases'][number]
const intersection = { phases: [phase(1, 'N'), phase(2, 'E'), phase(3, 'N', 'pedestrian')] } as unknown as Intersection
const signal = (mode: string, states: [number, string][], stale = false) =>
  ({
    stale,
    state: { mode, states: states.map(([signalGroup, state]) => ({ signalGroup, state })) }
  }) as unknown as LatestSignal

test('the bar of an intersection lies in the direction that has green', () => {
  const red = 'stop-And-Remain'
  const green = 'protected-Movement-Allowed'
  expect(
    signalMark(
      signal('adaptive', [
        [1, green],
        [2, red]
      ]),
      intersection
    )
  ).toEqual({ standing: 'adaptive', axis: 0 })
  expect(
    signalMark(
      signal('coordinated', [
        [1, red],
        [2, green]
      ]),
      intersection
    )
  ).toEqual({ standing: 'coordinated', axis: 90 })
  expect(
    signalMark(
      signal('adaptive', [
        [1, red],
        [2, 'protected-clearance']
      ]),
      intersection
    )
  ).toEqual({ standing: 'adaptive' })
  expect(
    signalMark(
      signal('adaptive', [
        [1, red],
        [3, green]
      ]),
      intersection
    )
  ).toEqual({ standing: 'adaptive' })
})

test('manual, flashing, dark, silent and never heard are told apart', () => {
  const standing = (mode: string, state: string, stale = false) =>
    signalMark(signal(mode, [[1, state]], stale), intersection).standing
  expect(standing('manual', 'stop-And-Remain')).toBe('manual')
  expect(standing('flashing', 'stop-And-Remain')).toBe('flashing')
  expect(standing('adaptive', 'caution-Conflicting-Traffic')).toBe('flashing')
  expect(standing('adaptive', 'dark')).toBe('dark')
  expect(standing('adaptive', 'stop-And-Remain', true)).toBe('stale')
  expect(signalMark(undefined, intersection).standing).toBe('unknown')
})
