import type { AlarmState, AlarmTransition } from '@city-brain/model'
import { isActive, nextAlarmState } from './alarm-state.ts'

/** A standing alarm: its state, the entity, and the transition that raised it. */
export type StandingAlarm = { state: AlarmState; entity: string; raised: AlarmTransition }

export type LedgerState = {
  own: [string, StandingAlarm][]
  recorded: [string, StandingAlarm][]
  outstanding: [string, number][]
}

/**
 * The alarms as the rules have decided them (`own`), and as the journal has recorded them (`recorded`), which comes a
 * moment later. While the same rules run the two agree; after a change of rules, with a crash in between, the record can
 * hold what these rules never decided. `settle` makes the record the truth again wherever nothing of ours is still on its
 * way into it.
 */
export type AlarmLedger = {
  get(alarm: string): StandingAlarm | undefined
  isActive(alarm: string): boolean
  /** Notes a decision of ours. */
  decide(entity: string, transition: AlarmTransition): void
  /** Notes a recorded `alarm` entry. */
  record(entity: string, transition: AlarmTransition): void
  /** Takes over the record; returns the ids of all standing alarms that are settled, in order. */
  settle(): string[]
  snapshot(): LedgerState
  restore(state: LedgerState | undefined): void
}

export function createAlarmLedger(): AlarmLedger {
  const own = new Map<string, StandingAlarm>()
  const recorded = new Map<string, StandingAlarm>()
  /** Decisions of ours that are not yet recorded. */
  const outstanding = new Map<string, number>()
  return {
    get: (alarm) => own.get(alarm),
    isActive: (alarm) => isActive(own.get(alarm)?.state ?? 'normal'),
    decide(entity, transition) {
      fold(own, entity, transition)
      outstanding.set(transition.alarm, (outstanding.get(transition.alarm) ?? 0) + 1)
    },
    record(entity, transition) {
      fold(recorded, entity, transition)
      const left = (outstanding.get(transition.alarm) ?? 0) - 1
      if (left > 0) outstanding.set(transition.alarm, left)
      else outstanding.delete(transition.alarm)
    },
    settle() {
      for (const alarm of new Set([...own.keys(), ...recorded.keys()])) {
        if (outstanding.has(alarm)) continue
        const standing = recorded.get(alarm)
        if (standing) own.set(alarm, standing)
        else own.delete(alarm)
      }
      return [...own.keys()].filter((alarm) => !outstanding.has(alarm)).sort()
    },
    snapshot: () => ({ own: [...own], recorded: [...recorded], outstanding: [...outstanding] }),
    restore(state) {
      for (const [map, entries] of [
        [own, state?.own],
        [recorded, state?.recorded]
      ] as const) {
        map.clear()
        for (const [alarm, standing] of entries ?? []) map.set(alarm, standing)
      }
      outstanding.clear()
      for (const [alarm, count] of state?.outstanding ?? []) outstanding.set(alarm, count)
    }
  }
}

function fold(alarms: Map<string, StandingAlarm>, entity: string, transition: AlarmTransition): void {
  const before = alarms.get(transition.alarm)
  const state = nextAlarmState(before?.state ?? 'normal', transition.transition)
  if (state === 'normal') alarms.delete(transition.alarm)
  else
    alarms.set(transition.alarm, { state, entity, raised: isRaise(transition) || !before ? transition : before.raised })
}

function isRaise({ transition }: AlarmTransition): boolean {
  return transition === 'raised' || transition === 'raised-again'
}
