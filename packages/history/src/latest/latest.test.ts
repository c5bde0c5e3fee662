import type { Entry, LatestEntity, ReadingType } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collection, parkingSite, readingEntry, tickEntry } from '../testing/entries.ts'
import { createLatest } from './latest.ts'

const noon = Date.parse('2026-05-04T12:00:00Z')
const second = 1_000
const assets = collection(['garage', parkingSite('centre')], ['lot', parkingSite('centre', 10)])

function qualityEntry(offset: number, entity: string, state: 'raised' | 'cleared'): Entry<'quality'> {
  return {
    kind: 'quality',
    offset,
    entity,
    receivedAt: noon,
    source: 'view:quality',
    payload: { problem: 'unchanged', state, since: new Date(noon).toISOString(), causes: [] }
  }
}

function create(...entries: Entry[]) {
  const latest = createLatest({ assets })
  latest.restore(undefined)
  for (const entry of entries) latest.apply(entry)
  return latest
}

test('has the newest reading of each entity, whole, and stands at the last offset', () => {
  const latest = create(
    readingEntry(1, 'garage', noon, { values: { availableSpotNumber: 5, totalSpotNumber: 9 } }),
    readingEntry(2, 'lot', noon, { values: { availableSpotNumber: 1 }, backfill: true }, noon + 500),
    readingEntry(3, 'garage', noon + second, { values: { availableSpotNumber: 4 } })
  )
  expect(latest.offset).toBe(3)
  expect(latest.all()).toEqual([latest.get('garage'), latest.get('lot')])
  expect(latest.get('garage')).toEqual({
    entity: 'garage',
    type: 'OffStreetParking',
    offset: 3,
    dateObserved: '2026-05-04T12:00:01.000Z',
    receivedAt: '2026-05-04T12:00:01.000Z',
    values: { availableSpotNumber: 4 },
    stale: false
  })
  expect(latest.get('lot')).toMatchObject({ backfill: true, receivedAt: '2026-05-04T12:00:00.500Z' })
  expect(latest.get('never-seen')).toBeUndefined()
})

test('an older reading changes nothing, flagged late or not; of two at one moment the later in the journal stays', () => {
  const latest = create(readingEntry(1, 'garage', noon, { values: { availableSpotNumber: 5 } }))
  const before = latest.get('garage')
  latest.apply(readingEntry(2, 'garage', noon - 1, { flags: ['late'], values: { availableSpotNumber: 1 } }))
  latest.apply(readingEntry(3, 'garage', noon - 1, { backfill: true, values: { availableSpotNumber: 2 } }))
  expect(latest.get('garage')).toEqual(before)
  latest.apply(readingEntry(4, 'garage', noon, { values: { availableSpotNumber: 6 } }))
  expect(latest.get('garage')).toMatchObject({ offset: 4, values: { availableSpotNumber: 6 } })
})

test('is stale when older than three expected intervals, at a tick and not before it', () => {
  const latest = create(readingEntry(1, 'lot', noon), tickEntry(2, noon + 30 * second))
  expect(latest.get('lot')?.stale).toBe(false)
  latest.apply(tickEntry(3, noon + 30 * second + 1))
  expect(latest.get('lot')?.stale).toBe(true)
  latest.apply(readingEntry(4, 'lot', noon + 31 * second))
  expect(latest.get('lot')?.stale).toBe(false)
})

test.each<[ReadingType, number]>([
  ['TrafficFlowObserved', 60],
  ['OffStreetParking', 300],
  ['OnStreetParking', 300],
  ['ParkingSpot', 600],
  ['WasteContainer', 3600]
])('expects %s every %d s where its asset does not say', (type, interval) => {
  const latest = create(readingEntry(1, 'thing', noon, { type }), tickEntry(2, noon + interval * 3 * second))
  expect(latest.get('thing')?.stale).toBe(false)
  latest.apply(tickEntry(3, noon + interval * 3 * second + 1))
  expect(latest.get('thing')?.stale).toBe(true)
})

test('a reading that is old when it comes is stale at once: a record of the past is shown with its true age', () => {
  const latest = create(tickEntry(1, noon), readingEntry(2, 'garage', noon - 86_400_000, { backfill: true }, noon))
  expect(latest.get('garage')).toMatchObject({ stale: true, dateObserved: '2026-05-03T12:00:00.000Z' })
})

test('is unreliable for as long as the newest reading has a flag or the value is raised as unchanged', () => {
  const latest = create(
    qualityEntry(1, 'garage', 'raised'),
    readingEntry(2, 'garage', noon, { flags: ['above-capacity', 'gap'] })
  )
  expect(latest.get('garage')?.unreliable).toEqual(['unchanged', 'above-capacity', 'gap'])
  latest.apply(readingEntry(3, 'garage', noon + 1))
  expect(latest.get('garage')?.unreliable).toEqual(['unchanged'])
  latest.apply(qualityEntry(4, 'garage', 'cleared'))
  expect(latest.get('garage')).not.toHaveProperty('unreliable')
  latest.apply(qualityEntry(5, 'garage', 'raised'))
  expect(latest.get('garage')?.unreliable).toEqual(['unchanged'])
})

test('tells its listeners each changed entity once for all that was applied in one go, and what it stands at', async () => {
  const latest = create(readingEntry(1, 'lot', noon))
  const told: [readonly LatestEntity[], number][] = []
  const stop = latest.onChange((changed, to) => void told.push([changed, to]))
  latest.apply(readingEntry(2, 'garage', noon, { values: { availableSpotNumber: 1 } }))
  latest.apply(readingEntry(3, 'garage', noon + 1, { values: { availableSpotNumber: 2 } }))
  latest.apply(readingEntry(4, 'garage', noon, { flags: ['late'] }))
  expect(told).toEqual([])
  await Promise.resolve()
  expect(told).toEqual([[[latest.get('garage')], 4]])

  latest.apply(tickEntry(5, noon + second))
  await Promise.resolve()
  expect(told).toHaveLength(1)
  latest.apply(tickEntry(6, noon + 60 * second))
  await Promise.resolve()
  expect(told[1]).toEqual([[{ ...latest.get('lot'), stale: true }], 6])

  stop()
  latest.apply(readingEntry(7, 'garage', noon + 2))
  await Promise.resolve()
  expect(told).toHaveLength(2)
})

test('a snapshot and the entries after it come to the same as all entries from the beginning', () => {
  const entry = fc.oneof(
    fc.record({ kind: fc.constant('tick'), at: fc.nat(2_000), entity: fc.constant('') }),
    fc.record({ kind: fc.constant('reading'), at: fc.nat(2_000), entity: fc.constantFrom('garage', 'lot', 'other') }),
    fc.record({ kind: fc.constantFrom('raised', 'cleared'), at: fc.nat(1), entity: fc.constantFrom('garage', 'lot') })
  )
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 50 }), fc.nat(50), (steps, cut) => {
      let clock = noon
      const entries = steps.map(({ kind, at, entity }, i) => {
        const offset = i + 1
        if (kind === 'tick') {
          clock += at * 100
          return tickEntry(offset, clock)
        }
        if (kind === 'reading') return readingEntry(offset, entity, clock + (at - 1_000) * 100)
        return qualityEntry(offset, entity, kind as 'raised' | 'cleared')
      })
      const whole = create(...entries)
      const begun = create(...entries.slice(0, cut))
      const restored = createLatest({ assets })
      restored.restore(JSON.parse(JSON.stringify(begun.snapshot())))
      for (const one of entries.slice(cut)) restored.apply(one)
      expect(restored.all().sort(byEntity)).toEqual(whole.all().sort(byEntity))
      expect(restored.offset).toBe(entries.length > 0 ? whole.offset : 0)
    })
  )
})

test('a snapshot of another format is not used', () => {
  const latest = create(readingEntry(1, 'garage', noon))
  latest.restore({ ...(latest.snapshot() as object), format: 99 })
  expect(latest.all()).toEqual([])
  expect(latest.offset).toBe(0)
})

const byEntity = (a: LatestEntity, b: LatestEntity) => (a.entity < b.entity ? -1 : 1)
