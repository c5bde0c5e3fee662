import type { Tick } from '@city-brain/model'

export type RuleTimeState = { now: number; base?: number }

/**
 * The time by which delays run: the monotonic count of the ticks, from 0 at the first one seen. A reading belongs to the
 * tick before it, so a delay that ends strictly later than its due moment is never cut short.
 */
export type RuleTime = {
  readonly now: number
  advance(tick: Tick): void
  snapshot(): RuleTimeState
  restore(state: RuleTimeState | undefined): void
}

export function createRuleTime(): RuleTime {
  let now = 0
  let base: number | undefined
  return {
    get now() {
      return now
    },
    advance({ monotonic }) {
      // The count never goes back; should it, time stands still for one tick rather than jump.
      if (base === undefined || monotonic - base < now) base = monotonic - now
      now = monotonic - base
    },
    snapshot: () => ({ now, ...(base === undefined ? {} : { base }) }),
    restore(state) {
      now = state?.now ?? 0
      base = state?.base
    }
  }
}
