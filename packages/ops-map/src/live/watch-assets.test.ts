import type { CityDescription, DeltaMessage, SnapshotMessage } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createCityStore } from './city-store.ts'
import { watchAssets } from './watch-assets.ts'

const snapshot = (assetsOffset?: number): SnapshotMessage => ({
  type: 'snapshot',
  epoch: 'e',
  offset: 1,
  now: 0,
  entities: [],
  signals: [],
  devices: [],
  alarms: [],
  rates: {} as SnapshotMessage['rates'],
  ...(assetsOffset === undefined ? {} : { assetsOffset })
})
const delta = (from: number, to: number, assetsOffset?: number): DeltaMessage => ({
  type: 'delta',
  epoch: 'e',
  from,
  to,
  now: 0,
  rates: {} as SnapshotMessage['rates'],
  ...(assetsOffset === undefined ? {} : { assetsOffset })
})
const soon = () => new Promise((wake) => setTimeout(wake, 5))

test('the description is fetched again when assets changed, once for each change, and again after a failure', async () => {
  const store = createCityStore()
  const answers: (number | Error)[] = [7, new Error('away'), 9]
  const got: (number | undefined)[] = []
  let asked = 0
  const stop = watchAssets({
    store,
    known: 4,
    wait: 10,
    fetchCity: async () => {
      const answer = answers[asked++]
      if (answer === undefined || answer instanceof Error) throw answer
      return { assetsOffset: answer } as CityDescription
    },
    onCity: (city) => got.push(city.assetsOffset)
  })
  store.receiveSnapshot(snapshot(4))
  store.receiveDelta(delta(1, 2))
  await soon()
  expect(asked).toBe(0)
  store.receiveDelta(delta(2, 3, 7))
  store.receiveDelta(delta(3, 4, 7))
  await soon()
  store.receiveDelta(delta(4, 5, 7))
  await soon()
  expect([asked, got]).toEqual([1, [7]])
  store.receiveDelta(delta(5, 6, 9))
  await soon()
  await new Promise((wake) => setTimeout(wake, 30))
  expect([asked, got]).toEqual([3, [7, 9]])
  stop()
  store.receiveDelta(delta(6, 7, 12))
  await soon()
  expect(asked).toBe(3)
})
