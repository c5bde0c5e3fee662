import type { AlarmTransition, Draft, LocalizedText, TimingRequest } from '@city-brain/model'
import { type Condition, causesOf, type Values } from './condition.ts'
import { type Context, valueIn } from './context.ts'
import type { KnownAsset } from './rule-index.ts'
import type { LocalizedTemplate, Rule } from './rule-set.ts'
import { renderText } from './text-template.ts'

/** Collects what the application of one entry leads to, each with its id `rule/version/entity/causeOffset/n`. */
export type Outcomes = {
  /** A new entry, at this offset. */
  begin(cause: number): void
  alarm(entity: string, transition: AlarmTransition): void
  timingRequest(intersection: string, request: TimingRequest): void
  drafts(): Draft[] | undefined
}

export function createOutcomes(): Outcomes {
  let cause = 0
  let drafts: Draft[] = []
  const counts = new Map<string, number>()
  const idOf = (rule: string, version: number, entity: string) => {
    const prefix = `${rule}/${version}/${entity}/${cause}`
    const n = counts.get(prefix) ?? 0
    counts.set(prefix, n + 1)
    return `${prefix}/${n}`
  }
  const source = 'view:rules'
  return {
    begin(offset) {
      cause = offset
      if (drafts.length === 0) return
      drafts = []
      counts.clear()
    },
    alarm(entity, payload) {
      drafts.push({ kind: 'alarm', entity, source, payload, id: idOf(payload.rule, payload.ruleVersion, entity) })
    },
    timingRequest(entity, payload) {
      const id = idOf(payload.rule, payload.ruleVersion, entity)
      drafts.push({ kind: 'timing-request', entity, source, payload, id })
    },
    drafts: () => (drafts.length > 0 ? drafts : undefined)
  }
}

/** The transition by which a rule raises its alarm, with the texts filled in. */
export function raisedTransition(condition: Condition, asset: KnownAsset | undefined): AlarmTransition {
  const { rule } = condition.runtime
  const render = renderer(condition, asset)
  return {
    alarm: alarmId(rule, condition.entity),
    transition: 'raised',
    rule: rule.id,
    ruleVersion: rule.version,
    severity: rule.severity,
    title: render(rule.texts.title),
    detail: render(rule.texts.detail),
    ...(rule.texts.advice ? { advice: render(rule.texts.advice) } : {}),
    values: condition.values,
    causes: causesOf(condition)
  }
}

export function timingRequest(condition: Condition, asset: KnownAsset | undefined, causes: number[]): TimingRequest {
  const { rule } = condition.runtime
  return {
    rule: rule.id,
    ruleVersion: rule.version,
    because: condition.entity,
    values: condition.values,
    causes,
    duration: rule.requestTiming ?? 0,
    text: renderer(condition, asset)(rule.texts.detail)
  }
}

export function alarmId(rule: Pick<Rule, 'id'>, entity: string): string {
  return `${rule.id}/${entity}`
}

/** The values that a rule names, of those that are there. A list becomes a text. */
export function reportedValues(rule: Rule, context: Context): Values {
  const values: Values = {}
  for (const name of rule.reported) {
    const value = valueIn(context, name)
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') values[name] = value
    else if (Array.isArray(value)) values[name] = value.join(', ')
  }
  return values
}

function renderer(
  { entity, values }: Condition,
  asset: KnownAsset | undefined
): (text: LocalizedTemplate) => LocalizedText {
  const name = asset?.properties.name
  return (text) => ({
    en: renderText(text.en, 'en', (key) =>
      key === 'entity' ? entity : key === 'asset.name' ? (name?.en ?? entity) : values[key]
    ),
    zh: renderText(text.zh, 'zh', (key) =>
      key === 'entity' ? entity : key === 'asset.name' ? (name?.zh ?? entity) : values[key]
    )
  })
}
