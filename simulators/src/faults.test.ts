import { expect, test } from 'vitest'
import { readCommandLine } from './command-line.ts'
import { parseFaults } from './faults.ts'

const known = new Set(['det-1', 'cab-1'])

test('faults are read as they are written', () => {
  expect(parseFaults('silence:det-1,clock-skew:cab-1:+3600, disconnect:cab-1,clock-skew:det-1:-5', known)).toEqual([
    { kind: 'silence', id: 'det-1' },
    { kind: 'clock-skew', id: 'cab-1', seconds: 3_600 },
    { kind: 'disconnect', id: 'cab-1', seconds: 60 },
    { kind: 'clock-skew', id: 'det-1', seconds: -5 }
  ])
})

test.each([
  ['silence', /not KIND:ID/],
  ['silence:det-9', /no entity or device "det-9"/],
  ['explode:det-1', /no fault "explode"/],
  ['stuck:det-1:5', /takes no seconds/],
  ['clock-skew:det-1', /needs whole seconds/],
  ['clock-skew:det-1:soon', /needs whole seconds/],
  ['disconnect:cab-1:0', /at least a second/]
])('%s is refused in words', (text, words) => {
  expect(() => parseFaults(text, known)).toThrow(words)
})

test.each([
  [['--mqtt-url', 'mqtt://x:1'], /--city/],
  [['--city', 'x'], /--mqtt-url/],
  [['--city', 'x', '--mqtt-url', 'http://x'], /--mqtt-url/],
  [['--city', 'x', '--mqtt-url', 'mqtt://x:1', '--backfill-hours', 'many'], /--backfill-hours/],
  [['--city', 'x', '--mqtt-url', 'mqtt://x:1', '--seed', '1.5'], /--seed/],
  [['--city', 'x', '--mqtt-url', 'mqtt://x:1', '--nope'], /--nope/]
])('the command line %j is refused', (args, words) => {
  expect(() => readCommandLine(args)).toThrow(words)
})
