import type { Alarm, DeltaMessage, LatestEntity, SnapshotMessage } from '@city-brain/model'
import { expect, test } from 'vitest'
import { applyDelta, cityStateOf } from './city-state.ts'
import { createCityStore } from './city-store.ts'

const entity = (id: string, offset: number): LatestEntity => ({
  entity: id,
  type: 'OffStreetParking',
  offset,
  dateObserved: '2026-05-04T08:00:00.000Z',
  receivedAt: '2026-05-04T08:00:00.100Z',
  values: { availableSpotNumber: offset },
  stale: false
})
const alarm = (id: string, state: Alarm['state']): Alarm => ({
  id,
  entity: 'p-1',
  rule: 'car-park-full',
  ruleVersion: 1,
  severity: 'medium',
  state,
  title: { en: 'Full', zh: '满' },
  detail: { en: 'Full', zh: '满' },
  values: {},
  causes: [],
  raisedAt: '2026-05-04T08:00:00.000Z',
  offset: 1
})
const rates = {
  readingsPerSecond: 1,
  counters: { accepted: 1, rejected: 0, duplicate: 0, received: 1, stored: 1, pending: 0, refused: 0 }
}
const snapshot = (offset: number, more: Partial<SnapshotMessage> = {}): SnapshotMessage => ({
  type: 'snapshot',
  epoch: 'e1',
  offset,
  now: 1_000_000,
  entities: [entity('p-1', 5)],
  signals: [],
  devices: [],
  alarms: [alarm('a/p-1', 'unacknowledged')],
  rates,
  ...more
})
const delta = (from: number, to: number, more: Partial<DeltaMessage> = {}): DeltaMessage => ({
  type: 'delta',
  epoch: 'e1',
  from,
  to,
  now: 1_001_000,
  ...more
})

test('a delta applies only where it begins at the offset of the state, and otherwise changes nothing', () => {
  const state = cityStateOf(snapshot(10))
  expect(applyDelta(state, delta(11, 12, { entities: [entity('p-1', 12)] }))).toBe('gap')
  expect(applyDelta(state, delta(9, 12, { entities: [entity('p-1', 12)] }))).toBe('gap')
  expect(applyDelta(state, { ...delta(10, 12, { entities: [entity('p-1', 12)] }), epoch: 'e2' })).toBe('gap')
  expect(state.offset).toBe(10)
  expect(state.entities.get('p-1')?.offset).toBe(5)

  expect(applyDelta(state, delta(10, 12, { entities: [entity('p-1', 12)] }))).toMatchObject({ entities: ['p-1'] })
  expect(state.offset).toBe(12)
  expect(state.entities.get('p-1')?.values.availableSpotNumber).toBe(12)
})

test('an alarm that returned to normal leaves the list, after its earlier transitions of the same delta', () => {
  const state = cityStateOf(snapshot(10))
  applyDelta(state, delta(10, 13, { alarms: [alarm('a/p-1', 'acknowledged'), alarm('a/p-1', 'normal')] }))
  expect([...state.alarms.keys()]).toEqual([])
  applyDelta(state, delta(13, 14, { alarms: [alarm('a/p-1', 'unacknowledged')] }))
  expect([...state.alarms.keys()]).toEqual(['a/p-1'])
})

test('the store tells the map which ids changed, and everybody who subscribes', () => {
  const store = createCityStore({ browserNow: () => 500_000 })
  const changes: (readonly string[] | 'all')[] = []
  let calls = 0
  store.onChange((change) => changes.push(change.all ? 'all' : change.entities))
  store.subscribe(() => calls++)
  store.receiveSnapshot(snapshot(10))
  expect(store.receiveDelta(delta(10, 11, { entities: [entity('p-2', 11)] }))).toBe(true)
  expect(store.receiveDelta(delta(12, 13))).toBe(false)
  expect(changes).toEqual(['all', ['p-2']])
  expect(calls).toBe(2)
  expect(store.now()).toBe(1_001_000)
})

test('while the past is shown, live goes on unseen and is there when one comes back', () => {
  const store = createCityStore({ browserNow: () => 0 })
  store.receiveSnapshot(snapshot(10))
  store.showPast(700_000, snapshot(3, { entities: [entity('p-1', 2)] }))
  store.receiveDelta(delta(10, 11, { entities: [entity('p-1', 11)] }))
  expect(store.now()).toBe(700_000)
  expect(store.shown().entities.get('p-1')?.offset).toBe(2)
  store.showLive()
  expect(store.shown().entities.get('p-1')?.offset).toBe(11)
  expect(store.moment()).toBeUndefined()
  expect(store.now()).toBe(1_001_000)
})

test('the versions of parts grow only with their part', () => {
  const store = createCityStore()
  store.receiveSnapshot(snapshot(10))
  const before = store.versions()
  store.receiveDelta(delta(10, 11, { entities: [entity('p-1', 11)] }))
  expect(store.versions().entities).toBe(before.entities + 1)
  expect(store.versions().alarms).toBe(before.alarms)
})
