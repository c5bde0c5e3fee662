import { openJournal } from '@city-brain/journal'
import { type AlarmTransition, type Clock, type Draft, formatInstant, type Journal } from '@city-brain/model'
import { createAlarmsView } from '@city-brain/rules'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordConfiguration } from '../city/record-configuration.ts'
import { createActivity } from '../live/activity.ts'
import { temporaryFolder } from '../testing/tiny-city.ts'
import { offsetAt } from './offset-at.ts'
import { readPastAlarms } from './past-alarms.ts'

let folder: ReturnType<typeof temporaryFolder>
let journal: Journal
let now: number
const clock: Clock = { now: () => now, monotonic: () => now }
beforeEach(async () => {
  now = Date.UTC(2026, 4, 4, 12)
  folder = temporaryFolder()
  journal = await openJournal({ folder: folder.path, clock, log: () => undefined, ticks: 'none' })
})
afterEach(async () => {
  await journal.close()
  folder.remove()
})

const text = { en: 'Fire', zh: '火' }
function alarm(entity: string, transition: AlarmTransition['transition']): Draft<'alarm'> {
  const payload = { rule: 'fire', ruleVersion: 1, title: text, detail: text, values: {}, causes: [] }
  return {
    kind: 'alarm',
    entity,
    source: 'view:rules',
    payload: { ...payload, alarm: `fire/${entity}`, transition, severity: 'high' }
  }
}
async function append(...drafts: Draft[]): Promise<void> {
  for (const draft of drafts) {
    now += 1_000
    await journal.append([draft])
  }
}
const past = async (limit: number, before?: number) => {
  const alarms = await readPastAlarms({ journal, createAlarmsView, limit, ...(before === undefined ? {} : { before }) })
  return alarms.map(({ id, state, offset, raisedAt }) => `${id} ${state} ${offset} ${raisedAt.slice(17, 19)}`)
}

test('past alarms: each raise is one, the one with the newest transition first, page by page', async () => {
  await append(
    alarm('bin-1', 'raised'), // 1
    alarm('bin-2', 'raised'), // 2
    alarm('bin-1', 'returned'), // 3
    alarm('bin-1', 'acknowledged'), // 4: over
    alarm('bin-1', 'raised'), // 5: a second one
    alarm('bin-2', 'acknowledged') // 6
  )
  const all = ['fire/bin-2 acknowledged 6 02', 'fire/bin-1 unacknowledged 5 05', 'fire/bin-1 normal 4 01']
  expect(await past(10)).toEqual(all)
  expect(await past(1)).toEqual(all.slice(0, 1))
  expect(await past(1, 6)).toEqual(all.slice(1, 2))
  expect(await past(5, 5)).toEqual(all.slice(2))
  expect(await past(5, 4)).toEqual([])
})

test('past alarms beyond one page of the journal', async () => {
  const drafts = Array.from({ length: 400 }, (_, index) => [
    alarm(`bin-${index}`, 'raised'),
    alarm(`bin-${index}`, 'returned')
  ])
  await journal.append(drafts.flat())
  expect(await past(1_000)).toHaveLength(400)
  expect((await past(1_000)).at(-1)).toBe('fire/bin-0 returned-unacknowledged 2 00')
})

test('the offset at a moment is that of the newest entry received until then', async () => {
  const begin = now
  await append(...Array.from({ length: 9 }, (_, index) => alarm(`bin-${index}`, 'raised')))
  expect(await offsetAt(journal, begin)).toBe(0)
  expect(await offsetAt(journal, begin + 1_000)).toBe(1)
  expect(await offsetAt(journal, begin + 5_999)).toBe(5)
  expect(await offsetAt(journal, begin + 60_000)).toBe(9)
})

test('a configuration is recorded when it has changed', async () => {
  const record = (hash: string) => recordConfiguration(journal, 'rule-set', { hash, content: {} })
  expect(await record('a')).toBe(true)
  expect(await record('a')).toBe(false)
  expect(await record('b')).toBe(true)
  expect(await record('a')).toBe(true)
  expect(journal.head).toBe(3)
})

test('activity: readings in the minute they were observed in, alarms in that of their raise, eight days of them', async () => {
  const activity = createActivity()
  const reading = (dateObserved: number): Draft => ({
    kind: 'reading',
    entity: 'bin-1',
    source: 'bin-1',
    payload: { type: 'WasteContainer', dateObserved: formatInstant(dateObserved), values: {}, backfill: true }
  })
  const hour = 3_600_000
  const start = now - (now % hour) - hour
  await append(
    reading(start),
    reading(start + hour - 1),
    reading(start + hour),
    reading(start - 9 * 24 * hour),
    alarm('bin-1', 'raised'),
    alarm('bin-1', 'returned')
  )
  for (const entry of await journal.read(0, 100)) activity.apply(entry)
  const expected = [
    { from: formatInstant(start), readings: 2, alarms: 0 },
    { from: formatInstant(start + hour), readings: 1, alarms: 1 }
  ]
  expect(activity.windows(start, start + 2 * hour, hour)).toEqual(expected)
  expect(activity.windows(start - 10 * 24 * hour, start, 24 * hour).every(({ readings }) => readings === 0)).toBe(true)
  const restored = createActivity()
  restored.restore(JSON.parse(JSON.stringify(activity.snapshot())))
  expect(restored.windows(start, start + 2 * hour, hour)).toEqual(expected)
})
