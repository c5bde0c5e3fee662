import type { AlarmState, AlarmTransition, Draft, JournalHealth, View } from '@city-brain/model'
import { isActive, nextAlarmState } from '@city-brain/rules'
import { journalAlarmTexts } from './journal-alarm-texts.ts'

/** The name that stands where an alarm has its rule. No rule file can take it: ids of rules have no dots. */
const rule = 'city.journal-full'
const ruleVersion = 1

const format = 1
type State = { format: number; state: AlarmState; raised?: AlarmTransition; offset: number }

export type JournalAlarmView = View & {
  /** The transition that the journal's health asks for and that is not recorded; the same draft until it is. */
  due(health: JournalHealth): Draft<'alarm'> | undefined
}

/**
 * The alarm of the city itself that its journal is full: the fold of what is recorded of it. Nobody's rule can raise it,
 * since the rules see entries only and a full journal refuses the entries that would tell. An operator's acknowledgement
 * is answered here, as the rules view does for theirs.
 * @param city the id of the city, which the alarm is about
 */
export function createJournalAlarmView(city: string): JournalAlarmView {
  const alarm = `${rule}/${city}`
  let state: AlarmState = 'normal'
  let raised: AlarmTransition | undefined
  /** Of its newest transition; 0 where there was none. */
  let offset = 0

  // After one transition only one other can follow by itself, so its offset tells two of them apart, over restarts too.
  const draftOf = (payload: AlarmTransition, cause: number): Draft<'alarm'> => ({
    kind: 'alarm',
    entity: city,
    source: 'system',
    payload,
    id: `${rule}/${ruleVersion}/${city}/${cause}/0`
  })

  return {
    name: 'journal-alarm',
    kinds: ['alarm', 'operator-action'],
    restore(saved) {
      const found = (saved as State | undefined)?.format === format ? (saved as State) : undefined
      state = found?.state ?? 'normal'
      raised = found?.raised
      offset = found?.offset ?? 0
    },
    apply(entry) {
      if (entry.kind === 'alarm') {
        if (entry.payload.alarm !== alarm) return undefined
        const { transition } = entry.payload
        state = nextAlarmState(state, transition)
        offset = entry.offset
        if (transition === 'raised' || transition === 'raised-again') raised = entry.payload
        return undefined
      }
      if (entry.kind !== 'operator-action') return undefined
      const { action, subject, operator } = entry.payload
      if (action !== 'acknowledge-alarm' || subject !== alarm || !raised) return undefined
      if (state === 'acknowledged' || state === 'normal') return undefined
      return [draftOf({ ...raised, transition: 'acknowledged', operator, causes: [entry.offset] }, entry.offset)]
    },
    snapshot: (): State => ({ format, state, ...(raised ? { raised } : {}), offset }),
    due(health) {
      if (health.state === 'full' && !isActive(state)) {
        const transition = state === 'normal' ? 'raised' : 'raised-again'
        const { values, ...texts } = journalAlarmTexts(health)
        return draftOf(
          { alarm, transition, rule, ruleVersion, severity: 'critical', ...texts, values, causes: [] },
          offset
        )
      }
      if (health.state === 'ok' && isActive(state) && raised) {
        const { values } = journalAlarmTexts(health)
        return draftOf({ ...raised, transition: 'returned', values, causes: [] }, offset)
      }
      return undefined
    }
  }
}
