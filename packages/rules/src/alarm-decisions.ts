import type { AlarmTransition, OperatorAction } from '@city-brain/model'
import { type AlarmLedger, createAlarmLedger } from './alarm-ledger.ts'
import { type Condition, causesOf, type Values } from './condition.ts'
import type { ConditionTracker } from './condition-tracker.ts'
import { alarmId, type Outcomes, raisedTransition } from './outcomes.ts'
import type { RuleIndex } from './rule-index.ts'
import type { Rule } from './rule-set.ts'

/** Decides the transitions of alarms: deduplicated per rule and entity, and said only while these rules govern. */
export type AlarmDecisions = {
  raise(condition: Condition): void
  return(rule: Pick<Rule, 'id' | 'version'>, entity: string, values: Values, causes: number[]): void
  acknowledge(action: OperatorAction, offset: number): void
  /**
   * The rules or the assets have changed: brings what stands by record together with what these rules hold. Alarms that no
   * rule stands for any more return, those of a rule that goes on wait for its next reading, and what these rules hold
   * but nobody has recorded is raised.
   */
  settle(tracker: Pick<ConditionTracker, 'adopt'>, offset: number): void
  readonly ledger: AlarmLedger
}

export function createAlarmDecisions({
  index,
  outcomes,
  governs
}: {
  index: RuleIndex
  outcomes: Outcomes
  governs: () => boolean
}): AlarmDecisions {
  const ledger = createAlarmLedger()

  const decide = (entity: string, transition: AlarmTransition) => {
    outcomes.alarm(entity, transition)
    ledger.decide(entity, transition)
  }

  const decisions: AlarmDecisions = {
    ledger,
    raise(condition) {
      if (!condition.runtime.rule.alarm || !governs()) return
      const raised = raisedTransition(condition, index.asset(condition.entity))
      decide(condition.entity, ledger.get(raised.alarm) ? { ...raised, transition: 'raised-again' } : raised)
    },
    return(rule, entity, values, causes) {
      const id = alarmId(rule, entity)
      const standing = ledger.get(id)
      if (!standing || !ledger.isActive(id) || !governs()) return
      decide(entity, { ...standing.raised, transition: 'returned', ruleVersion: rule.version, values, causes })
    },
    acknowledge({ action, subject, operator }, offset) {
      if (action !== 'acknowledge-alarm' || subject === undefined || !governs()) return
      const standing = ledger.get(subject)
      if (!standing || standing.state === 'acknowledged') return
      decide(standing.entity, { ...standing.raised, transition: 'acknowledged', operator, causes: [offset] })
    },
    settle(tracker, offset) {
      if (!governs()) return
      for (const alarm of ledger.settle()) {
        const standing = ledger.get(alarm)
        if (!standing || !ledger.isActive(alarm)) continue
        const { entity, raised } = standing
        const runtime = index.runtimes.get(raised.rule)
        const condition = runtime?.conditions.get(entity)
        if (!runtime?.rule.alarm || !index.appliesTo(runtime.rule, entity)) {
          decisions.return({ id: raised.rule, version: raised.ruleVersion }, entity, {}, [offset])
        } else if (condition?.phase === 'heard') decisions.return(runtime.rule, entity, {}, causesOf(condition))
        else if (!condition || condition.phase === 'pending') {
          tracker.adopt(runtime, entity, raised.values, raised.causes)
        }
      }
      for (const condition of activeConditions(index)) {
        if (!ledger.isActive(condition.key)) decisions.raise(condition)
      }
    }
  }
  return decisions
}

/** Every condition that stands, in an order that does not depend on how it came about. */
export function activeConditions(index: RuleIndex): Condition[] {
  return [...index.runtimes.values()]
    .flatMap(({ conditions }) => [...conditions.values()])
    .filter(({ phase }) => phase === 'active' || phase === 'clearing')
    .sort((a, b) => (a.key < b.key ? -1 : 1))
}
