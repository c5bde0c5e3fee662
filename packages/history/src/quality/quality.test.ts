import type { Draft, Entry } from '@city-brain/model'
import { expect, test } from 'vitest'
import { collection, parkingSite, readingEntry } from '../testing/entries.ts'
import { createQuality } from './quality.ts'

const hour = 60 * 60 * 1_000
const begin = Date.parse('2026-05-04T00:00:00Z')
const assets = collection(
  ['stuck', parkingSite('centre')],
  ['busy', parkingSite('centre')],
  ['bin-1', { kind: 'depot', name: { en: 'Depot', zh: '场站' }, area: 'centre' }]
)

function count(offset: number, entity: string, at: number, available?: number): Entry<'reading'> {
  const values: Record<string, number> = available === undefined ? {} : { availableSpotNumber: available }
  return readingEntry(offset, entity, begin + at * hour, { values, backfill: true })
}

function drafts(entries: Entry[]): Draft[] {
  const view = createQuality({ assets })
  view.restore(undefined)
  return entries.flatMap((entry) => view.apply(entry) ?? [])
}

const entries = [
  count(1, 'stuck', 0, 5),
  count(2, 'busy', 0, 1),
  count(3, 'busy', 10, 2),
  count(4, 'busy', 24, 3),
  count(5, 'stuck', 30, 4)
]

test('emits quality entries with ids by which a repeat is dropped, the time since, and the readings it rests on', () => {
  expect(drafts(entries)).toEqual([
    {
      kind: 'quality',
      entity: 'stuck',
      source: 'view:quality',
      id: 'quality-unchanged/1/stuck/4/0',
      payload: { problem: 'unchanged', state: 'raised', since: '2026-05-04T00:00:00.000Z', causes: [1, 4] }
    },
    {
      kind: 'quality',
      entity: 'stuck',
      source: 'view:quality',
      id: 'quality-unchanged/1/stuck/5/1',
      payload: { problem: 'unchanged', state: 'cleared', since: '2026-05-05T06:00:00.000Z', causes: [5] }
    }
  ])
})

test('passes over what is no parking site and readings without a number of free spaces', () => {
  const others = [count(1, 'stuck', 0), count(2, 'bin-1', 1, 5), count(3, 'never-seen', 2, 5)]
  expect(drafts([...others, ...entries.map((entry) => ({ ...entry, offset: entry.offset + 3 }))])).toHaveLength(2)
})

test('goes on from a snapshot, and not from one of another format', () => {
  const first = createQuality({ assets })
  for (const entry of entries.slice(0, 3)) first.apply(entry)
  const state = JSON.parse(JSON.stringify(first.snapshot()))
  const second = createQuality({ assets })
  second.restore(state)
  expect(second.apply(entries[3] as Entry)).toEqual(drafts(entries).slice(0, 1))
  second.restore({ ...state, format: 0 })
  expect(second.apply(entries[3] as Entry)).toBeUndefined()
})
