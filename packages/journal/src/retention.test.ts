import { join } from 'node:path'
import type { Draft, Journal, View } from '@city-brain/model'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { runView } from './run-view.ts'
import { outcome, reading } from './testing/drafts.ts'
import { handClock, until, useJournalFolder } from './testing/journal-folder.ts'

const folder = useJournalFolder()
const day = 86_400_000

const deadLetter = (n: number, bytes = 500): Draft<'dead-letter'> => ({
  kind: 'dead-letter',
  entity: 'gateway-1',
  source: 'gateway-1',
  payload: {
    code: 'not-json',
    message: `number ${n}`,
    topic: 'city/a/traffic/gateway-1/obs',
    device: 'gateway-1',
    size: bytes,
    sha256: '0'.repeat(64),
    raw: 'x'.repeat(bytes)
  }
})

/** Readings with an outcome after every tenth. */
async function fill(journal: Journal, count: number): Promise<void> {
  const drafts: Draft[] = []
  for (let n = 0; n < count; n++) {
    drafts.push(reading(n))
    if (n % 10 === 9) drafts.push(outcome(`${journal.head}-${n}`))
  }
  await journal.append(drafts)
}

const offsetsOf = async (journal: Journal) => (await journal.read(0, 100_000)).map(({ offset }) => offset)

test('telemetry ages out, the audit trail stays; what is left reads without a gap, after a restart too', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, rhythm: 10, limits: { readingDays: 7, viewGrace: 0 } })
  await fill(journal, 5_000)
  clock.advance(8 * day)
  await fill(journal, 100)
  const before = await journal.read(0, 100_000)
  const kept = before.filter(({ kind, offset }) => kind === 'operator-action' || offset > 5_500)
  await until(() => journal.health().oldest === kept[0]?.offset, 'the oldest entry is the first outcome')
  let all = await journal.read(0, 100_000)
  for (; all.length > kept.length; all = await journal.read(0, 100_000)) await new Promise((r) => setTimeout(r, 10))
  expect(all).toEqual(kept)
  expect(await journal.read(3_000, 100_000)).toEqual(kept.filter(({ offset }) => offset > 3_000))
  expect(await journal.read(0, 100_000, ['reading', 'operator-action'])).toEqual(kept)
  await journal.close()
  const again = await folder.open({ clock })
  expect(await again.read(0, 100_000)).toEqual(kept)
  expect((await again.append([reading(1)])).offsets).toEqual([5_611])

  // The holes that retention left are told from damage.
  await again.close()
  const database = new DatabaseSync(join(folder.path(), 'journal.db'))
  database.exec('DELETE FROM entry WHERE offset = 2200')
  database.close()
  await expect(folder.open({ clock })).rejects.toMatchObject({
    code: 'damaged',
    // How much of it was a hole was written in the entry that is lost.
    detail: { from: 2_190, to: 2_200 }
  })
})

test('nothing is cut that a view has not in its snapshot', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, rhythm: 10, limits: { readingDays: 7, viewGrace: 0 } })
  expect(await journal.snapshot('history')).toBeUndefined()
  await fill(journal, 1_000)
  clock.advance(8 * day)
  await fill(journal, 1)
  await settled()
  expect(await offsetsOf(journal)).toHaveLength(1_101)
  // A checkpoint alone is not enough.
  await journal.append([], { view: { name: 'history', checkpoint: 1_000 } })
  await settled()
  expect(await offsetsOf(journal)).toHaveLength(1_101)
  await journal.saveSnapshot('history', 550, {})
  await until(() => journal.health().oldest > 1, 'the first readings are cut')
  await settled()
  const left = (await journal.read(0, 100_000)).filter(({ kind }) => kind === 'reading').map(({ offset }) => offset)
  expect(left[0]).toBe(551)
  await journal.saveSnapshot('history', 1_101, {})
  await settled(() => offsetsOf(journal).then((offsets) => offsets.length === 101))
  expect(await offsetsOf(journal)).toHaveLength(101)
})

test('a clock that jumps years ahead makes nothing old, over a restart neither, until it has stood for a day', async () => {
  const clock = handClock()
  const limits = { readingDays: 7, viewGrace: 0 }
  const first = await folder.open({ clock, rhythm: 10, limits })
  await fill(first, 100)
  clock.jump(5 * 365 * day)
  await settled()
  expect(first.retentionTime()).toBeLessThan(clock.now() - 4 * 365 * day)
  await first.close()
  const journal = await folder.open({ clock, rhythm: 10, limits })
  await journal.append([reading(1)])
  await settled()
  expect((await journal.read(0, 1_000)).filter(({ kind }) => kind === 'reading').length).toBeGreaterThan(90)
  clock.advance(day + 1)
  await settled(async () => (await journal.read(0, 1_000)).filter(({ kind }) => kind === 'reading').length < 5)
})

test('a stored view that nobody runs holds retention for a while; when it comes back it is built anew', async () => {
  const clock = handClock()
  const limits = { readingDays: 7, viewGrace: 2 * day }
  const first = await folder.open({ clock, rhythm: 10, limits })
  await fill(first, 100)
  await first.saveSnapshot('counting', 50, { format: 1, count: 46 })
  await first.close()
  clock.advance(8 * day)
  const journal = await folder.open({ clock, rhythm: 10, limits })
  await journal.append([reading(1)])
  // Until then the clock itself is doubted: it is eight days ahead of where it was.
  clock.advance(day + 1)
  await settled()
  expect((await journal.read(0, 1_000)).filter(({ offset }) => offset > 50).length).toBeGreaterThanOrEqual(61)
  clock.advance(day)
  await settled(async () => (await journal.read(0, 1_000)).filter(({ offset }) => offset > 50).length < 20)
  expect(folder.logged).toContainEqual({
    level: 'warn',
    message: 'Views that nobody runs any more do not hold retention back',
    detail: { views: ['counting'] }
  })
  await expect(journal.snapshot('counting')).rejects.toMatchObject({ code: 'cut', detail: { offset: 50 } })
  const restored: unknown[] = []
  let count = 0
  const view: View = {
    name: 'counting',
    kinds: ['operator-action'],
    restore: (state) => restored.push(state),
    apply: () => {
      count++
      return undefined
    },
    snapshot: () => ({ format: 1, count })
  }
  const running = await runView({ journal, view, log: () => {} })
  await running.caughtUp
  expect({ restored, count }).toEqual({ restored: [undefined], count: 10 })
  await running.stop()
})

test('dead letters have a quota of their own: the oldest go, and nothing else', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, rhythm: 10, limits: { deadLetterBytes: 20_000, viewGrace: 0 } })
  for (let n = 0; n < 200; n++) await journal.append([deadLetter(n), reading(n)])
  await settled(async () => (await journal.readBack({ kinds: ['dead-letter'], limit: 1_000 })).length < 40)
  await settled()
  const left = await journal.readBack({ kinds: ['dead-letter'], limit: 1_000 })
  const bytes = left.reduce((sum, { payload }) => sum + JSON.stringify(payload).length, 0)
  expect(bytes).toBeLessThanOrEqual(20_000)
  expect(bytes).toBeGreaterThan(18_000)
  expect(left[0]?.offset).toBe(399)
  const all = await journal.read(0, 1_000)
  expect(all.filter(({ kind }) => kind === 'reading')).toHaveLength(200)
  // The quota is kept over a restart.
  await journal.close()
  const again = await folder.open({ clock, rhythm: 10, limits: { deadLetterBytes: 5_000, viewGrace: 0 } })
  await settled(async () => (await again.readBack({ kinds: ['dead-letter'], limit: 1_000 })).length < 10)
  expect((await again.read(0, 1_000)).filter(({ kind }) => kind === 'reading')).toHaveLength(200)
})

test('the audit trail ages out after its own period, but for the newest of each configuration', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, rhythm: 10, limits: { readingDays: 7, auditDays: 365, viewGrace: 0 } })
  const configured = (kind: 'rule-set' | 'registry', entity: string, hash: string): Draft => ({
    kind,
    entity,
    source: 'system',
    payload: { hash, content: {} }
  })
  await journal.append([
    configured('rule-set', 'rules', 'old'),
    outcome('a'),
    configured('rule-set', 'rules', 'new'),
    configured('registry', 'devices', 'only'),
    reading(1),
    outcome('b')
  ])
  clock.advance(200 * day)
  await journal.append([outcome('c'), reading(2)])
  await settled(async () => (await offsetsOf(journal)).length === 7)
  clock.advance(166 * day)
  await journal.append([outcome('d')])
  await settled(async () => (await offsetsOf(journal)).length === 4)
  await settled()
  expect(await offsetsOf(journal)).toEqual([3, 4, 7, 9])
})

test('of the changes of the registry the newest of each device and asset stays, however old', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, rhythm: 10, limits: { readingDays: 7, auditDays: 365, viewGrace: 0 } })
  const device = (id: string, profile: string): Draft => ({
    kind: 'registry-change',
    entity: `device:${id}`,
    source: 'operator:kim',
    payload: { change: 'device', device: { id, area: 'centre', domain: 'waste', profile } }
  })
  const revoked = (id: string): Draft => ({
    kind: 'registry-change',
    entity: `device:${id}`,
    source: 'operator:kim',
    payload: { change: 'device-revoked', id }
  })
  await journal.append([device('a', 'old'), device('b', 'only'), device('a', 'new'), device('c', 'gone'), revoked('c')])
  clock.advance(400 * day)
  await journal.append([outcome('d'), reading(1)])
  await settled(async () => (await offsetsOf(journal)).length === 5)
  await settled()
  expect(await offsetsOf(journal)).toEqual([2, 3, 5, 6, 7])
})

test('commits go on while a lot is cut', async () => {
  const clock = handClock()
  const journal = await folder.open({ clock, rhythm: 10, limits: { readingDays: 7, viewGrace: 0 } })
  for (let n = 0; n < 10; n++) await fill(journal, 5_000)
  clock.advance(8 * day)
  let appended = 0
  while (journal.health().oldest <= 1 || (await journal.read(0, 1, ['reading']))[0]?.offset !== 55_001) {
    await journal.append([reading(appended++)])
  }
  // Small steps: had it all been one transaction, one append would have waited for it.
  expect(appended).toBeGreaterThan(10)
  expect(await offsetsOf(journal)).toHaveLength(5_000 + appended)
})

/** Several rounds of retention have had their turn; with a condition, until it holds. */
async function settled(holds: () => Promise<boolean> = async () => true): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 150))
  const end = performance.now() + 15_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('Retention did not come to it')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
