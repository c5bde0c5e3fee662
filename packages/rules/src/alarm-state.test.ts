import type { AlarmState, AlarmTransition } from '@city-brain/model'
import { expect, test } from 'vitest'
import { nextAlarmState } from './alarm-state.ts'

test.each([
  ['normal', 'raised', 'unacknowledged'],
  ['normal', 'returned', 'normal'],
  ['normal', 'acknowledged', 'normal'],
  ['unacknowledged', 'returned', 'returned-unacknowledged'],
  ['unacknowledged', 'acknowledged', 'acknowledged'],
  ['acknowledged', 'returned', 'normal'],
  ['acknowledged', 'acknowledged', 'acknowledged'],
  ['returned-unacknowledged', 'raised-again', 'unacknowledged'],
  ['returned-unacknowledged', 'returned', 'returned-unacknowledged'],
  ['returned-unacknowledged', 'acknowledged', 'normal']
] as [AlarmState, AlarmTransition['transition'], AlarmState][])('%s, %s: %s', (current, transition, next) => {
  expect(nextAlarmState(current, transition)).toBe(next)
})
