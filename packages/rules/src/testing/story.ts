import {
  type Alarm,
  type AlarmTransition,
  type AssetCollection,
  type Draft,
  type Entry,
  type EntryPayloads,
  formatInstant,
  formatProblem,
  parseYamlDocument,
  type Reading,
  type ReadingType,
  type View
} from '@city-brain/model'
import { createAlarmsView } from '../alarms-view.ts'
import { loadRules } from '../load-rules.ts'
import type { RuleSet } from '../rule-set.ts'
import { ruleSetRecord } from '../rule-set-record.ts'
import { createRulesView } from '../rules-view.ts'

const named = { name: { en: 'Mill Lane', zh: '磨坊巷' }, area: 'centre' }
const place = { type: 'Point' as const, coordinates: [122, 29] as [number, number] }

/** Two of everything that rules are about. */
export const storyAssets: AssetCollection = {
  type: 'FeatureCollection',
  features: [
    ...['bin-1', 'bin-2'].map((id) => ({
      type: 'Feature' as const,
      id,
      geometry: place,
      properties: {
        kind: 'container' as const,
        ...named,
        expectedInterval: 60,
        storedWasteKind: 'paper' as const,
        binCapacity: 1_100
      }
    })),
    ...['det-1', 'det-2'].map((id) => ({
      type: 'Feature' as const,
      id,
      geometry: place,
      properties: {
        kind: 'detector' as const,
        ...named,
        expectedInterval: 60,
        refIntersection: 'int-1',
        period: 60
      }
    })),
    {
      type: 'Feature',
      id: 'park-1',
      geometry: place,
      properties: { kind: 'parkingSite', ...named, type: 'OffStreetParking', totalSpotNumber: 200 }
    },
    { type: 'Feature', id: 'int-1', geometry: place, properties: { kind: 'intersection', ...named } }
  ]
}

/** The rules of a text, which must be without fault. */
export function rulesOf(yaml: string, assets: AssetCollection = storyAssets): RuleSet {
  const { ruleSet, problems } = loadRules({ documents: [parseYamlDocument('rules/story.yaml', yaml)], assets })
  if (!ruleSet) throw new Error(problems.map(formatProblem).join('\n'))
  return ruleSet
}

/** A rule of which only what matters to a test is written. */
export function rule(lines: string): string {
  const texts = ['title', 'detail'].filter((name) => !lines.includes(`${name}:`))
  const all = [
    ...(lines.includes('version:') ? [] : ['version: 1']),
    ...(lines.includes('severity:') ? [] : ['severity: medium']),
    ...lines.split('\n').map((line) => line.trimEnd()),
    ...texts.map((name) => `${name}: { en: Something, zh: 某事 }`)
  ].filter((line) => line !== '')
  return `  - ${all.join('\n    ')}\n`
}

export const rules = (...each: string[]) => `rules:\n${each.map(rule).join('')}`

const begin = Date.UTC(2026, 4, 4)

export type Story = ReturnType<typeof createStory>

/**
 * A journal in memory with the rules and the alarm list as its views: outcomes are appended, once for each id, and come
 * back as entries, as they do in the city.
 */
export function createStory(
  ruleSet: RuleSet,
  options: { controllers?: ReadonlyMap<string, string>; assets?: AssetCollection } = {}
) {
  const entries: Entry[] = []
  const ids = new Map<string, number>()
  const alarms = createAlarmsView()
  const { controllers, assets: cityAssets = storyAssets } = options
  const viewOf = (set: RuleSet, assets: AssetCollection) =>
    createRulesView({ ruleSet: set, assets, ...(controllers ? { controllers } : {}) })
  let view: View = viewOf(ruleSet, cityAssets)
  let monotonic = 7_000_000
  let wall = begin
  let applied = 0

  const append = (draft: Draft): number | undefined => {
    if (draft.id !== undefined && ids.has(draft.id)) return undefined
    const { id, ...rest } = draft
    const entry = { receivedAt: wall, ...rest, offset: entries.length + 1 } as Entry
    entries.push(entry)
    if (id !== undefined) ids.set(id, entry.offset)
    alarms.apply(entry)
    return entry.offset
  }
  const follow = (): Draft[] => {
    const outcomes: Draft[] = []
    for (; applied < entries.length; applied++) {
      const entry = entries[applied] as Entry
      if (!view.kinds.includes(entry.kind)) continue
      for (const draft of view.apply(entry) ?? []) {
        append(draft)
        outcomes.push(draft)
      }
    }
    return outcomes
  }
  const add = <K extends keyof EntryPayloads>(kind: K, entity: string, payload: EntryPayloads[K], source = 'test') => {
    append({ kind, entity, payload, source } as Draft)
    return follow()
  }
  const story = {
    entries,
    alarms,
    ids,
    /** The offset of the newest entry. */
    get head() {
      return entries.length
    },
    get now() {
      return wall
    },
    /** Lets so many seconds pass, one tick each. */
    wait(seconds: number): Draft[] {
      const outcomes: Draft[] = []
      for (let i = 0; i < seconds; i++) {
        monotonic += 1_000
        wall += 1_000
        outcomes.push(...add('tick', '', { now: wall, monotonic }, 'system'))
      }
      return outcomes
    },
    /** The wall clock jumps; the monotonic count does not. */
    stepClock(seconds: number): Draft[] {
      const from = wall
      wall += seconds * 1_000
      return add('clock-step', '', { from, to: wall, jump: seconds * 1_000 }, 'system')
    },
    read(entity: string, type: ReadingType, values: Reading['values'], more: Partial<Reading> = {}): Draft[] {
      return add('reading', entity, { type, dateObserved: formatInstant(wall), values, ...more })
    },
    fill: (fillingLevel: number, entity = 'bin-1') => story.read(entity, 'WasteContainer', { fillingLevel }),
    add,
    acknowledge: (alarm: string) =>
      add('operator-action', alarm, { action: 'acknowledge-alarm', operator: 'wang', subject: alarm }, 'operator:wang'),
    govern: (set: RuleSet) => add('rule-set', '', ruleSetRecord(set), 'system'),
    snapshot: () => ({ offset: applied, state: structuredClone(view.snapshot()) }),
    /** A restart with other rules or assets: from a snapshot, or without one from the very beginning. */
    restart(
      set: RuleSet,
      from: { offset: number; state: unknown } = story.snapshot(),
      assets: AssetCollection = cityAssets
    ): Draft[] {
      view = viewOf(set, assets)
      view.restore(JSON.parse(JSON.stringify(from.state ?? null)) ?? undefined)
      applied = from.offset
      return follow()
    },
    list: (): Alarm[] => alarms.list()
  }
  return story
}

/** What happened, in short: `raised full/bin-1`. */
export function inShort(drafts: readonly Draft[]): string[] {
  return drafts.map((draft) => {
    if (draft.kind === 'alarm') return `${(draft.payload as AlarmTransition).transition} ${draft.payload.alarm}`
    return `${draft.kind} ${draft.entity}`
  })
}
