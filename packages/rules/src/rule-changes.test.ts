import type { AlarmTransition, Entry, EntryKind, EntryPayloads } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createRulesView } from './rules-view.ts'
import { createStory, inShort, rule, rules, rulesOf, storyAssets } from './testing/story.ts'

const full = (version: number, level: number) =>
  `id: full\nversion: ${version}\non: WasteContainer\nwhen: fillingLevel >= ${level}`
const hot = 'id: hot\non: WasteContainer\nwhen: temperature > 70'

/** A bin that is full and hot under the first rules, recorded, with a snapshot from before that. */
function standing() {
  const before = rulesOf(rules(full(1, 0.8), hot))
  const story = createStory(before)
  story.govern(before)
  story.wait(1)
  const early = story.snapshot()
  expect(inShort(story.read('bin-1', 'WasteContainer', { fillingLevel: 0.85, temperature: 90 }))).toEqual([
    'raised full/bin-1',
    'raised hot/bin-1'
  ])
  story.wait(1)
  return { story, early, beginning: { offset: 0, state: undefined } }
}

// A clean stop leaves a snapshot of the end, a crash an older one, and a new format none.
test.each(['end', 'early', 'beginning'] as const)(
  'after a restart from the %s, alarms of a removed rule return',
  (from) => {
    const { story, early, beginning } = standing()
    const after = rulesOf(rules(full(1, 0.8)))
    expect(story.restart(after, { end: undefined, early, beginning }[from])).toEqual([])
    const outcomes = story.govern(after)
    expect(inShort(outcomes)).toEqual(['returned hot/bin-1'])
    expect(outcomes[0]?.id).toBe(`hot/1/bin-1/${story.head - 1}/0`)
    expect(story.list().map(({ id, state }) => `${id} ${state}`)).toEqual([
      'hot/bin-1 returned-unacknowledged',
      'full/bin-1 unacknowledged'
    ])
    // Gone as it is, it can still be acknowledged, and leaves the list.
    expect(inShort(story.acknowledge('hot/bin-1'))).toEqual(['acknowledged hot/bin-1'])
    expect(story.list().map(({ id }) => id)).toEqual(['full/bin-1'])
    expect(inShort(story.fill(0.85))).toEqual([])
    expect(inShort(story.fill(0.2))).toEqual(['returned full/bin-1'])
  }
)

test.each(['end', 'early', 'beginning'] as const)(
  'after a restart from the %s, a new version keeps what stands until a reading decides',
  (from) => {
    const { story, early, beginning } = standing()
    const after = rulesOf(rules(full(2, 0.9), hot))
    story.restart(after, { end: undefined, early, beginning }[from])
    expect(inShort(story.govern(after))).toEqual([])
    expect(inShort(story.wait(5))).toEqual([])
    expect(story.list().map(({ state }) => state)).toEqual(['unacknowledged', 'unacknowledged'])
    const [returned] = story.read('bin-1', 'WasteContainer', { fillingLevel: 0.85, temperature: 90 })
    expect(returned).toMatchObject({ payload: { alarm: 'full/bin-1', transition: 'returned', ruleVersion: 2 } })
  }
)

test('what the old rules never came to decide before a crash, the new ones say when they begin to govern', () => {
  const before = rulesOf(rules(full(1, 0.8)))
  const story = createStory(before)
  story.govern(before)
  const last = story.snapshot()
  // These entries were durable, but nobody had judged them when the city died.
  const silentView = rulesOf('rules: []\n')
  story.restart(silentView, last)
  story.fill(0.95)
  const reading = story.head
  const after = rulesOf(rules(full(2, 0.9)))
  expect(story.restart(after, last)).toEqual([])
  const [raised] = story.govern(after)
  expect(raised).toMatchObject({ payload: { transition: 'raised', ruleVersion: 2, causes: [reading] } })
})

test('a restart with the same rules, from any snapshot, appends nothing twice', () => {
  const { story, early, beginning } = standing()
  story.acknowledge('hot/bin-1')
  const entries = story.head
  for (const from of [undefined, early, beginning]) {
    story.restart(rulesOf(rules(full(1, 0.8), hot)), from)
    expect(story.head).toBe(entries)
  }
  expect(story.list().map(({ id, state }) => `${id} ${state}`)).toEqual([
    'hot/bin-1 acknowledged',
    'full/bin-1 unacknowledged'
  ])
  expect(inShort(story.read('bin-1', 'WasteContainer', { fillingLevel: 0.1, temperature: 20 }))).toEqual([
    'returned full/bin-1',
    'returned hot/bin-1'
  ])
})

test('a pending delay of a rule that has changed begins anew', () => {
  const delayed = (version: number) => rulesOf(rules(`${full(version, 0.8)}\nonDelay: 10s`))
  const story = createStory(delayed(1))
  story.wait(1)
  story.fill(0.9)
  story.wait(8)
  story.restart(delayed(1))
  expect(inShort(story.wait(3))).toEqual(['raised full/bin-1'])
  story.fill(0.9, 'bin-2')
  story.wait(8)
  story.restart(delayed(2))
  expect(inShort(story.wait(30))).toEqual([])
})

test('alarms of an asset that is no longer there return', () => {
  const { story } = standing()
  const ruleSet = rulesOf(rules(full(1, 0.8), hot))
  const fewer = { ...storyAssets, features: storyAssets.features.filter(({ id }) => id !== 'bin-1') }
  story.restart(ruleSet, undefined, fewer)
  expect(inShort(story.add('registry', '', { hash: 'other', content: {} }))).toEqual([
    'returned full/bin-1',
    'returned hot/bin-1'
  ])
})

test('alarms that others raised are not ours to return', () => {
  const ruleSet = rulesOf(rules(hot))
  const story = createStory(ruleSet)
  story.add('alarm', 'city', {
    alarm: 'journal-full/city',
    transition: 'raised',
    rule: 'journal-full',
    ruleVersion: 1,
    severity: 'critical',
    title: { en: 'Disk full', zh: '磁盘已满' },
    detail: { en: 'Disk full', zh: '磁盘已满' },
    values: {},
    causes: []
  })
  expect(story.govern(ruleSet)).toEqual([])
  expect(story.list()).toHaveLength(1)
})

test('silence that stands by record and has ended meanwhile returns', () => {
  const silent = 'id: silent\non: container\nabsent: 30s'
  const before = rulesOf(rules(silent))
  const story = createStory(before)
  story.govern(before)
  story.fill(0.1)
  story.wait(20)
  const early = story.snapshot()
  expect(inShort(story.wait(20))).toEqual(['raised silent/bin-1'])
  // The crash comes before anyone judges the reading that ends it, and the new rules allow more.
  story.restart(rulesOf('rules: []\n'), story.snapshot())
  story.fill(0.1)
  const after = rulesOf(`rules:\n${rule('id: silent\nversion: 2\non: container\nabsent: 60s')}`)
  story.restart(after, early)
  expect(inShort(story.govern(after))).toEqual(['returned silent/bin-1'])
})

test('a decision that is not yet recorded is not taken back, nor taken twice, by a change of assets', () => {
  const ruleSet = rulesOf(rules(hot))
  const view = createRulesView({ ruleSet, assets: storyAssets })
  let offset = 0
  const apply = <K extends EntryKind>(kind: K, entity: string, payload: EntryPayloads[K], source = 'test') =>
    view.apply({ kind, entity, payload, source, offset: ++offset, receivedAt: 0 } as Entry) ?? []
  const read = (temperature: number) =>
    apply('reading', 'bin-1', {
      type: 'WasteContainer',
      dateObserved: '2026-05-04T00:00:00.000Z',
      values: { temperature }
    })
  const change = () => apply('registry', '', { hash: 'other', content: {} })
  const [raised] = read(80)
  expect(change()).toEqual([])
  const [returned] = read(20)
  expect(inShort([raised, returned].filter((draft) => draft !== undefined))).toEqual([
    'raised hot/bin-1',
    'returned hot/bin-1'
  ])
  apply('alarm', 'bin-1', raised?.payload as AlarmTransition, 'view:rules')
  // By record it stands, but its return is on the way.
  expect(change()).toEqual([])
  expect(inShort(read(80))).toEqual(['raised-again hot/bin-1'])
})
