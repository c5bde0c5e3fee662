import type { Asset, Entry } from '@city-brain/model'
import { expect, test } from 'vitest'
import { collection, parkingSite, readingEntry, tickEntry } from '../testing/entries.ts'
import { createLatest } from './latest.ts'

const begin = Date.parse('2026-05-04T00:00:00Z')
const minute = 60_000

function change(offset: number, expectedInterval: number): Entry<'registry-change'> {
  const asset: Asset = {
    type: 'Feature',
    id: 'new',
    geometry: null,
    properties: parkingSite('centre', expectedInterval)
  }
  return {
    kind: 'registry-change',
    offset,
    entity: 'asset:new',
    receivedAt: begin,
    source: 'operator:kim',
    payload: { change: 'asset', asset }
  }
}

test('an asset of the registry becomes stale by its own expected interval, and a change of it counts at once', () => {
  const latest = createLatest({ assets: collection() })
  latest.restore(undefined)
  latest.apply(change(1, 60))
  latest.apply(readingEntry(2, 'new', begin))
  latest.apply(tickEntry(3, begin + 3 * minute))
  expect(latest.get('new')?.stale).toBe(false)
  latest.apply(tickEntry(4, begin + 3 * minute + 1))
  expect(latest.get('new')?.stale).toBe(true)
  latest.apply(change(5, 3_600))
  expect(latest.get('new')?.stale).toBe(false)
  latest.apply(change(6, 60))
  expect(latest.get('new')?.stale).toBe(true)
})
