import { type Asset, type AssetCollection, type ReadingType, readingTypeOf, readingTypes } from '@city-brain/model'
import type { RuleRuntime } from './condition.ts'
import type { NamedValues } from './context.ts'
import type { Rule, RuleSet } from './rule-set.ts'
import { isReadingType } from './subject-variables.ts'

/** What a reading of one type touches: only the rules on it, and only the derived values that these name. */
export type TypePlan = {
  readonly conditions: readonly RuleRuntime[]
  readonly silences: readonly RuleRuntime[]
  /** Names of variables that any of its rules uses. */
  readonly uses: ReadonlySet<string>
  /** Whether anything of the entity's newest reading must be remembered; its values; those of the one before it. */
  readonly remembers: boolean
  readonly remembersValues: boolean
  readonly remembersPrevious: boolean
}

export type KnownAsset = { readonly properties: Asset['properties']; readonly values: NamedValues }

export type RuleIndex = {
  readonly runtimes: ReadonlyMap<string, RuleRuntime>
  readonly plans: ReadonlyMap<ReadingType, TypePlan>
  readonly device: readonly RuleRuntime[]
  readonly command: readonly RuleRuntime[]
  asset(entity: string): KnownAsset | undefined
  /** The asset was added or changed. */
  put(asset: Asset): void
  /** Milliseconds that an entity may be silent under a rule; undefined where the rule does not watch it. */
  allowedSilence(rule: Rule, entity: string): number | undefined
  /** Whether the rule could stand for this entity at all. */
  appliesTo(rule: Rule, entity: string): boolean
}

const nothing: NamedValues = {}

export function indexRules(ruleSet: RuleSet, assets: AssetCollection): RuleIndex {
  const known = new Map<string, KnownAsset>()
  const put = ({ id, properties }: Asset) => {
    const { name: _name, ...plain } = properties
    known.set(id, { properties, values: { ...plain, id } as NamedValues })
  }
  for (const asset of assets.features) put(asset)
  const runtimes = new Map(ruleSet.rules.map((rule) => [rule.id, { rule, conditions: new Map() } as RuleRuntime]))
  const all = [...runtimes.values()]
  const filtered = (rule: Rule, asset: KnownAsset | undefined) =>
    rule.trigger.filter?.evaluate({ values: nothing, asset: asset?.values }) === false

  const index: RuleIndex = {
    runtimes,
    plans: new Map(readingTypes.map((type) => [type, planOf(type, all)])),
    device: all.filter(({ rule }) => rule.on === 'device'),
    command: all.filter(({ rule }) => rule.on === 'command'),
    asset: (entity) => known.get(entity),
    put,
    allowedSilence(rule, entity) {
      const asset = known.get(entity)
      if (rule.trigger.kind !== 'silence' || asset?.properties.kind !== rule.on || filtered(rule, asset))
        return undefined
      const { allowed } = rule.trigger
      if ('milliseconds' in allowed) return allowed.milliseconds
      const interval = 'expectedInterval' in asset.properties ? asset.properties.expectedInterval : undefined
      return interval === undefined ? undefined : interval * 1_000 * allowed.intervals
    },
    appliesTo(rule, entity) {
      if (rule.trigger.kind === 'silence') return index.allowedSilence(rule, entity) !== undefined
      const asset = known.get(entity)
      if (filtered(rule, asset)) return false
      if (rule.on === 'device') return true
      if (!asset) return false
      return rule.on === 'command'
        ? asset.properties.kind === 'intersection'
        : readingTypeOf(asset.properties) === rule.on
    }
  }
  return index
}

const kindsOfType: Record<ReadingType, string> = {
  TrafficFlowObserved: 'detector',
  OffStreetParking: 'parkingSite',
  OnStreetParking: 'parkingSite',
  ParkingSpot: 'parkingSpot',
  WasteContainer: 'container'
}
const fromMemory = ['sincePrevious', 'unchangedFor', 'unreliable']

function planOf(type: ReadingType, runtimes: readonly RuleRuntime[]): TypePlan {
  const conditions = runtimes.filter(({ rule }) => isReadingType(rule.on) && rule.on === type)
  const silences = runtimes.filter(({ rule }) => rule.on === kindsOfType[type])
  const uses = new Set(conditions.flatMap(({ rule }) => rule.reported))
  const remembersPrevious = [...uses].some((name) => name.startsWith('previous.'))
  return {
    conditions,
    silences,
    uses,
    remembers: remembersPrevious || fromMemory.some((name) => uses.has(name)),
    remembersValues: remembersPrevious || uses.has('unreliable'),
    remembersPrevious
  }
}
