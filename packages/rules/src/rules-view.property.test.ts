import { type Draft, type Entry, formatInstant } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backtest } from './backtest.ts'
import { createRulesView } from './rules-view.ts'
import { createStory, rules, rulesOf, type Story, storyAssets } from './testing/story.ts'

const ruleSet = rulesOf(
  rules(
    'id: full\non: WasteContainer\nwhen: fillingLevel >= 0.8\nclear: fillingLevel < 0.6\nonDelay: 3s\noffDelay: 4s',
    'id: hot\non: WasteContainer\nwhen: temperature > 70 || temperature - previous.temperature > 20',
    'id: silent\non: container\nabsent: 10s\noffDelay: 5s',
    'id: jam\non: TrafficFlowObserved\nwhen: occupancy > 0.5\nonDelay: 2s\nactions: { request-timing: 60s }',
    'id: stuck\non: TrafficFlowObserved\nwhen: unchangedFor > 5 && occupancy > 0',
    'id: offline\non: device\nwhen: status == "offline"\nonDelay: 2s'
  )
)

/** What can happen in a city, in any order. */
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('bin' as const),
      entity: fc.constantFrom('bin-1', 'bin-2'),
      fillingLevel: fc.option(fc.constantFrom(0.1, 0.7, 0.9), { nil: undefined }),
      temperature: fc.option(fc.constantFrom(20, 45, 80), { nil: undefined }),
      flag: fc.constantFrom('none' as const, 'none' as const, 'late' as const, 'backfill' as const)
    })
  },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('detector' as const),
      entity: fc.constantFrom('det-1', 'det-2'),
      occupancy: fc.option(fc.constantFrom(0, 0.4, 0.9), { nil: undefined })
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('step' as const), seconds: fc.integer({ min: -1e6, max: 1e6 }) })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('status' as const),
      status: fc.constantFrom('online' as const, 'offline' as const)
    })
  },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('acknowledge' as const),
      alarm: fc.constantFrom('full/bin-1', 'hot/bin-1', 'silent/bin-2', 'jam/det-1')
    })
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('govern' as const) }) }
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

function live(happenings: readonly Happening[], { governed = false } = {}): Story {
  const story = createStory(ruleSet)
  if (governed) story.govern(ruleSet)
  play(story, happenings)
  return story
}

function play(story: Story, happenings: readonly Happening[]): void {
  for (const it of happenings) {
    switch (it.what) {
      case 'wait':
        story.wait(it.seconds)
        break
      case 'step':
        story.stepClock(it.seconds)
        break
      case 'status':
        story.add('status', 'cab-1', { status: it.status })
        break
      case 'acknowledge':
        story.acknowledge(it.alarm)
        break
      case 'govern':
        story.govern(ruleSet)
        break
      case 'bin': {
        const values = {
          ...(it.fillingLevel === undefined ? {} : { fillingLevel: it.fillingLevel }),
          ...(it.temperature === undefined ? {} : { temperature: it.temperature })
        }
        const more =
          it.flag === 'backfill' ? { backfill: true as const } : it.flag === 'late' ? { flags: ['late' as const] } : {}
        story.read(it.entity, 'WasteContainer', values, more)
        break
      }
      case 'detector':
        story.read(it.entity, 'TrafficFlowObserved', it.occupancy === undefined ? {} : { occupancy: it.occupancy })
    }
  }
}

const view = () => createRulesView({ ruleSet, assets: storyAssets })
const run = (entries: readonly Entry[], from = view()): Draft[] =>
  entries.flatMap((entry) => [...(from.apply(entry) ?? [])])
const happenings = fc.array(happening, { minLength: 1, maxLength: 60 })

test('the same entries lead to the same outcomes, the ones that were recorded', () => {
  fc.assert(
    fc.property(happenings, (all) => {
      const story = live(all)
      const outcomes = run(story.entries)
      expect(outcomes).toEqual(run(story.entries))
      expect(outcomes.map(({ id }) => id)).toEqual([...story.ids.keys()])
      expect(new Set(outcomes.map(({ id }) => id)).size).toBe(outcomes.length)
    })
  )
})

test('restored from a snapshot at any point, the outcomes are the same', () => {
  fc.assert(
    fc.property(happenings, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (all, cuts) => {
      const { entries } = live(all)
      const whole = run(entries)
      let current = view()
      const outcomes: Draft[] = []
      let from = 0
      for (const cut of [...cuts.map((cut) => cut % (entries.length + 1)), entries.length].sort((a, b) => a - b)) {
        outcomes.push(...run(entries.slice(from, cut), current))
        const state: unknown = JSON.parse(JSON.stringify(current.snapshot()))
        current = view()
        current.restore(state)
        expect(JSON.parse(JSON.stringify(current.snapshot()))).toEqual(state)
        from = cut
      }
      expect(outcomes).toEqual(whole)
    })
  )
})

test('raised and returned take turns for each rule and entity, and returns follow raises', () => {
  fc.assert(
    fc.property(happenings, (all) => {
      const last = new Map<string, string>()
      for (const draft of run(live(all).entries)) {
        if (draft.kind !== 'alarm' || draft.payload.transition === 'acknowledged') continue
        const { alarm, transition } = draft.payload
        const now = transition === 'returned' ? 'returned' : 'raised'
        expect(last.get(alarm) ?? 'returned').not.toBe(now)
        last.set(alarm, now)
      }
    })
  )
})

test('readings without the attributes of a rule change nothing', () => {
  fc.assert(
    fc.property(happenings, fc.nat(), (all, at) => {
      const only = rulesOf(
        rules('id: full\non: WasteContainer\nwhen: fillingLevel >= 0.8\nclear: fillingLevel < 0.6\nonDelay: 3s')
      )
      const { entries } = live(all)
      const place = at % (entries.length + 1)
      const before = entries[Math.max(0, place - 1)] as Entry
      const reading = {
        type: 'WasteContainer' as const,
        dateObserved: formatInstant(before.receivedAt),
        values: { batteryLevel: 0.5 }
      }
      const extra: Entry = {
        kind: 'reading',
        entity: 'bin-1',
        payload: reading,
        source: 'test',
        offset: before.offset,
        receivedAt: before.receivedAt
      }
      const outcomes = (list: readonly Entry[]) => backtest({ ruleSet: only, assets: storyAssets, entries: list })
      expect(outcomes([...entries.slice(0, place), extra, ...entries.slice(place)])).toEqual(outcomes(entries))
    })
  )
})

test('steps of the wall clock change nothing but what they are told with', () => {
  fc.assert(
    fc.property(happenings, (all) => {
      // Readings carry wall-clock dates; rules that judge by these are left out.
      const only = rulesOf(
        rules(
          'id: full\non: WasteContainer\nwhen: fillingLevel >= 0.8\nonDelay: 3s',
          'id: silent\non: container\nabsent: 10s'
        )
      )
      const kinds = (list: readonly Happening[]) =>
        backtest({ ruleSet: only, assets: storyAssets, entries: live(list).entries }).map(
          ({ kind, entity, payload }) => `${kind} ${entity} ${(payload as { transition: string }).transition}`
        )
      expect(kinds(all)).toEqual(kinds(all.filter(({ what }) => what !== 'step')))
    })
  )
})

const otherRules = rulesOf(
  rules(
    'id: full\nversion: 2\non: WasteContainer\nwhen: fillingLevel >= 0.6\nonDelay: 1s',
    'id: silent\non: container\nabsent: 10s\noffDelay: 5s',
    'id: jam\nversion: 2\non: TrafficFlowObserved\nfilter: asset.id == "det-2"\nwhen: occupancy > 0.3'
  )
)

test('whatever crash and change of rules came between, no alarm is left standing for good, and none is missed', () => {
  fc.assert(
    fc.property(happenings, happenings, fc.nat(), (first, second, at) => {
      const story = live(first, { governed: true })
      const early = story.snapshot()
      play(story, second)
      // A crash loses what was after the snapshot; or it was a clean stop, or nothing is left at all.
      const from = [early, story.snapshot(), { offset: 0, state: undefined }][at % 3]
      story.restart(otherRules, from)
      story.govern(otherRules)
      const active = () => story.list().filter(({ state }) => state !== 'returned-unacknowledged')
      expect(active().filter(({ rule, entity }) => !['full', 'silent'].includes(rule) && entity !== 'det-2')).toEqual(
        []
      )
      const rest = (fillingLevel: number, occupancy: number) => {
        for (let i = 0; i < 8; i++) {
          for (const bin of ['bin-1', 'bin-2']) story.read(bin, 'WasteContainer', { fillingLevel })
          for (const detector of ['det-1', 'det-2']) story.read(detector, 'TrafficFlowObserved', { occupancy })
          story.wait(1)
        }
      }
      rest(0.65, 0.35)
      expect(
        active()
          .map(({ id }) => id)
          .sort()
      ).toEqual(['full/bin-1', 'full/bin-2', 'jam/det-2'])
      rest(0.1, 0)
      expect(active()).toEqual([])
    })
  )
})

test('a crash at any moment, under the same rules, appends nothing twice and forgets nothing', () => {
  fc.assert(
    fc.property(happenings, happenings, (first, second) => {
      const story = live(first, { governed: true })
      const early = story.snapshot()
      play(story, second)
      const [head, list] = [story.head, story.list()]
      story.restart(ruleSet, early)
      expect(story.head).toBe(head)
      expect(story.list()).toEqual(list)
      play(story, first)
      const whole = createRulesView({ ruleSet, assets: storyAssets })
      expect(run(story.entries, whole).map(({ id }) => id)).toEqual([...story.ids.keys()])
    })
  )
})
