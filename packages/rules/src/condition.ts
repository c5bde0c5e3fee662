import type { Timer } from './due-queue.ts'
import type { Rule } from './rule-set.ts'

/** What a reading says about a rule. between: neither raises nor clears, inside the deadband. unknown: a value is absent. */
export type Verdict = 'raise' | 'clear' | 'between' | 'unknown'

/**
 * Where a rule stands for an entity that is not simply normal.
 * heard: silence only, being waited for · pending: on-delay runs · active · clearing: off-delay runs.
 */
export type Phase = 'heard' | 'pending' | 'active' | 'clearing'

export type Values = Record<string, number | string | boolean>

/** A rule with what it remembers of each entity that is not simply normal. */
export type RuleRuntime = { readonly rule: Rule; readonly conditions: Map<string, Condition> }

/** A rule and an entity, as long as there is something to remember of them. */
export type Condition = Timer & {
  readonly kind: 'condition'
  readonly runtime: RuleRuntime
  readonly entity: string
  phase: Phase
  /** Offsets of the entry from which on it holds, and of the newest one that was judged. */
  first: number
  last: number
  /** Of the newest entry that was judged: the variables that the rule names. */
  values: Values
  /** Silence only: monotonic time of the last sign of life, and how long the entity may be silent, milliseconds. */
  heardAt: number
  readonly allowed: number
}

export type Step = {
  /** Undefined: normal again, nothing to remember. */
  phase: Phase | undefined
  effect?: 'raise' | 'return'
  /** Starts the delay of the new phase, milliseconds. */
  wait?: number
}

/** One judgement: the pure heart of on-delay, deadband and off-delay. */
export function judge(
  phase: Phase | undefined,
  verdict: Verdict,
  { onDelay, offDelay }: { onDelay: number; offDelay: number }
): Step {
  switch (phase) {
    case undefined:
      if (verdict !== 'raise') return { phase: undefined }
      return onDelay > 0 ? { phase: 'pending', wait: onDelay } : { phase: 'active', effect: 'raise' }
    case 'pending':
      return { phase: verdict === 'raise' || verdict === 'unknown' ? 'pending' : undefined }
    case 'active':
      if (verdict !== 'clear') return { phase: 'active' }
      return offDelay > 0 ? { phase: 'clearing', wait: offDelay } : { phase: undefined, effect: 'return' }
    case 'clearing':
      return { phase: verdict === 'clear' || verdict === 'unknown' ? 'clearing' : 'active' }
    case 'heard':
      return { phase: 'heard' }
  }
}

/** From which entry on it holds, and the newest that was judged. */
export function causesOf({ first, last }: Condition): number[] {
  return first === last ? [first] : [first, last]
}
