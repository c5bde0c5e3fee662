import type { Draft, Entry } from '@city-brain/model'
import { createRulesView, type RulesViewOptions } from './rules-view.ts'

/** What older rules, their alarms and their operators did does not count when rules are tried. */
const passedBy = new Set<Entry['kind']>(['rule-set', 'registry', 'alarm', 'operator-action'])

/**
 * What rules would have done: runs the same view over entries of the past, in their order, and returns its outcomes, each
 * with the time (`receivedAt`) of the entry that caused it. Backfill and late readings are passed by, as they are live.
 */
export function backtest(options: RulesViewOptions & { entries: Iterable<Entry> }): Draft[] {
  const view = createRulesView(options)
  const outcomes: Draft[] = []
  for (const entry of options.entries) {
    if (passedBy.has(entry.kind) || !view.kinds.includes(entry.kind)) continue
    for (const draft of view.apply(entry) ?? []) outcomes.push({ ...draft, receivedAt: entry.receivedAt })
  }
  return outcomes
}
