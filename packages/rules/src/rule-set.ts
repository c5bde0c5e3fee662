import type { LocalizedText, Severity } from '@city-brain/model'
import type { Expression } from './expression.ts'
import type { RuleDefinition, Subject } from './rule-file.ts'
import type { TextTemplate } from './text-template.ts'

/** How long an entity may be silent: a number of its expected intervals, or milliseconds. */
export type AllowedSilence = { intervals: number } | { milliseconds: number }

/** What makes a rule raise and clear. */
export type Trigger =
  | { kind: 'condition'; filter?: Expression; when: Expression; clear?: Expression }
  | { kind: 'silence'; filter?: Expression; allowed: AllowedSilence }

/** A text in both languages, parsed. */
export type LocalizedTemplate = { en: TextTemplate; zh: TextTemplate }

/** A rule, checked and ready to run. */
export type Rule = {
  readonly id: string
  readonly version: number
  readonly severity: Severity
  readonly on: Subject
  /** As written, with its placeholders. */
  readonly title: LocalizedText
  readonly trigger: Trigger
  /** Milliseconds. */
  readonly onDelay: number
  readonly offDelay: number
  /** Whether it raises an alarm. */
  readonly alarm: boolean
  /** For how long it asks that the intersection be re-timed, milliseconds. */
  readonly requestTiming?: number
  readonly texts: { title: LocalizedTemplate; detail: LocalizedTemplate; advice?: LocalizedTemplate }
  /** Names of the variables that its expressions and texts use: the values that its outcomes carry. */
  readonly reported: readonly string[]
  readonly definition: RuleDefinition
}

/** All rules of a city. */
export type RuleSet = {
  /** SHA-256 of the canonical JSON of all definitions. */
  readonly hash: string
  /** In the order of their ids. */
  readonly rules: readonly Rule[]
}
