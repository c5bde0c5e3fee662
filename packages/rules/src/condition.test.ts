import { expect, test } from 'vitest'
import { judge, type Phase, type Verdict } from './condition.ts'

const direct = { onDelay: 0, offDelay: 0 }
const delayed = { onDelay: 5, offDelay: 7 }

test.each([
  [undefined, 'raise', direct, { phase: 'active', effect: 'raise' }],
  [undefined, 'raise', delayed, { phase: 'pending', wait: 5 }],
  [undefined, 'clear', direct, { phase: undefined }],
  [undefined, 'between', direct, { phase: undefined }],
  [undefined, 'unknown', direct, { phase: undefined }],
  ['pending', 'raise', delayed, { phase: 'pending' }],
  ['pending', 'unknown', delayed, { phase: 'pending' }],
  ['pending', 'between', delayed, { phase: undefined }],
  ['pending', 'clear', delayed, { phase: undefined }],
  ['active', 'raise', delayed, { phase: 'active' }],
  ['active', 'between', delayed, { phase: 'active' }],
  ['active', 'unknown', direct, { phase: 'active' }],
  ['active', 'clear', direct, { phase: undefined, effect: 'return' }],
  ['active', 'clear', delayed, { phase: 'clearing', wait: 7 }],
  ['clearing', 'clear', delayed, { phase: 'clearing' }],
  ['clearing', 'unknown', delayed, { phase: 'clearing' }],
  ['clearing', 'between', delayed, { phase: 'active' }],
  ['clearing', 'raise', delayed, { phase: 'active' }]
] as [Phase | undefined, Verdict, typeof direct, object][])('%s, %s, %o', (phase, verdict, delays, expected) => {
  expect(judge(phase, verdict, delays)).toEqual(expected)
})
