import { type Language, type LocalizedText, languages, type Problem, parseDuration } from '@city-brain/model'
import { compileExpression, type Expression } from './expression.ts'
import { conditionSubjects, type RuleDefinition, type SilenceSubject, silenceSubjects } from './rule-file.ts'
import type { AllowedSilence, LocalizedTemplate, Rule, Trigger } from './rule-set.ts'
import { subjectEnvironment } from './subject-environment.ts'
import { subjectVariables } from './subject-variables.ts'
import { namesIn, parseTextTemplate, type TextTemplate } from './text-template.ts'

const longestDelay = 30 * 86_400_000
const shortestTiming = 60_000
const longestTiming = 86_400_000

/** Tells a problem: where in the rule (a pointer), what, and at which character of the text there. */
export type Report = (path: string, code: Problem['code'], message: string, offset?: number) => void

/** Checks what the schema cannot, and makes the rule ready to run; undefined where anything was reported. */
export function compileRule(definition: RuleDefinition, report: Report): Rule | undefined {
  let faults = 0
  const tell: Report = (...problem) => {
    faults++
    report(...problem)
  }
  const duration = (path: string, text: string | undefined, least: number, most: number) => {
    if (text === undefined) return undefined
    const milliseconds = parseDuration(text)
    if (milliseconds === undefined) tell(path, 'schema', `must be a duration such as 90s, 10m or 24h, not "${text}"`)
    else if (milliseconds < least || milliseconds > most) {
      tell(path, 'inconsistent', `must be from ${least / 1_000} s to ${most / 1_000} s`)
    }
    return milliseconds
  }
  const trigger = compileTrigger(definition, tell)
  const onDelay = duration('/onDelay', definition.onDelay, 0, longestDelay) ?? 0
  const offDelay = duration('/offDelay', definition.offDelay, 0, longestDelay) ?? 0
  const timingPath = '/actions/request-timing'
  const requestTiming = duration(timingPath, definition.actions?.['request-timing'], shortestTiming, longestTiming)
  if (requestTiming !== undefined && definition.on !== 'TrafficFlowObserved') {
    tell(timingPath, 'inconsistent', 'only a rule on TrafficFlowObserved knows the intersection of its detector')
  }
  const alarm = definition.actions?.alarm ?? true
  if (!alarm && requestTiming === undefined) tell('/actions', 'inconsistent', 'the rule would do nothing')
  const texts = compileTexts(definition, tell)
  if (faults > 0 || !trigger) return undefined
  const expressions = trigger.kind === 'condition' ? [trigger.filter, trigger.when, trigger.clear] : [trigger.filter]
  const templates = [texts.title, texts.detail, ...(texts.advice ? [texts.advice] : [])]
  const named = [
    ...expressions.flatMap((expression) => expression?.names ?? []),
    ...templates.flatMap((text) => languages.flatMap((language) => namesIn(text[language])))
  ]
  return {
    id: definition.id,
    version: definition.version,
    severity: definition.severity,
    on: definition.on,
    title: definition.title,
    trigger,
    onDelay,
    offDelay,
    alarm,
    ...(requestTiming === undefined ? {} : { requestTiming }),
    texts,
    reported: [...new Set(named)],
    definition
  }
}

function compileTrigger(definition: RuleDefinition, tell: Report): Trigger | undefined {
  const { on, when, clear, absent } = definition
  const environment = subjectEnvironment(on)
  const compile = (path: string, source: string | undefined): Expression | undefined => {
    if (source === undefined) return undefined
    const { expression, fault } = compileExpression(environment, source)
    if (fault) tell(path, 'expression', fault.message, fault.offset)
    return expression
  }
  const filter = compile('/filter', definition.filter)
  if (absent !== undefined) {
    if (!isSilenceSubject(on)) {
      tell('/on', 'inconsistent', `a rule with absent is on a kind of asset: ${silenceSubjects.join(', ')}`)
    }
    for (const key of ['when', 'clear', 'onDelay'] as const) {
      if (definition[key] !== undefined) tell(`/${key}`, 'inconsistent', `a rule with absent has no ${key}`)
    }
    if (filter?.names.includes('silentFor')) {
      tell('/filter', 'expression', 'the filter of a rule with absent may name asset.NAME only')
    }
    const allowed = parseAllowedSilence(absent)
    if (!allowed)
      tell('/absent', 'schema', 'must be a number of intervals, as in 3 intervals, or a duration, as in 30m')
    return allowed ? { kind: 'silence', ...(filter ? { filter } : {}), allowed } : undefined
  }
  if (when === undefined) {
    tell('/when', 'schema', 'is missing: a rule has when or absent')
    return undefined
  }
  if (isSilenceSubject(on)) {
    tell('/on', 'inconsistent', `a rule with when is on one of ${conditionSubjects.join(', ')}`)
    return undefined
  }
  const raises = compile('/when', when)
  const clears = compile('/clear', clear)
  return raises
    ? { kind: 'condition', ...(filter ? { filter } : {}), when: raises, ...(clears ? { clear: clears } : {}) }
    : undefined
}

/** `3 intervals` or a duration. */
function parseAllowedSilence(text: string): AllowedSilence | undefined {
  const intervals = /^(\d{1,4}(?:\.\d{1,3})?) intervals?$/.exec(text)?.[1]
  if (intervals !== undefined) return Number(intervals) >= 1 ? { intervals: Number(intervals) } : undefined
  const milliseconds = parseDuration(text)
  return milliseconds === undefined || milliseconds < 1_000 || milliseconds > longestDelay
    ? undefined
    : { milliseconds }
}

function isSilenceSubject(subject: string): subject is SilenceSubject {
  return (silenceSubjects as readonly string[]).includes(subject)
}

function compileTexts(definition: RuleDefinition, tell: Report): Rule['texts'] {
  const variables = subjectVariables(definition.on)
  const compile = (name: string, text: LocalizedText): LocalizedTemplate => {
    const inLanguage = (language: Language): TextTemplate => {
      const { template, faults } = parseTextTemplate(text[language], variables)
      for (const { offset, message } of faults) tell(`/${name}/${language}`, 'unknown-reference', message, offset)
      return template
    }
    return { en: inLanguage('en'), zh: inLanguage('zh') }
  }
  return {
    title: compile('title', definition.title),
    detail: compile('detail', definition.detail),
    ...(definition.advice ? { advice: compile('advice', definition.advice) } : {})
  }
}
