import type { AlarmState, AlarmTransition } from '@city-brain/model'

/**
 * The state of an alarm after one more transition (ISA-18.2). `normal` is the end: an alarm is over once it has both
 * returned and been acknowledged, in either order.
 */
export function nextAlarmState(current: AlarmState, transition: AlarmTransition['transition']): AlarmState {
  switch (transition) {
    case 'raised':
    case 'raised-again':
      return 'unacknowledged'
    case 'returned':
      if (current === 'unacknowledged') return 'returned-unacknowledged'
      return current === 'acknowledged' ? 'normal' : current
    case 'acknowledged':
      if (current === 'unacknowledged') return 'acknowledged'
      return current === 'returned-unacknowledged' ? 'normal' : current
  }
}

/** Whether the condition of the alarm holds as far as is known, acknowledged or not. */
export function isActive(state: AlarmState): boolean {
  return state === 'unacknowledged' || state === 'acknowledged'
}
