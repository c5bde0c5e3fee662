import type { Clock, Health, Journal, JournalHealth, Tally } from '@city-brain/model'
import { expect, test } from 'vitest'
import { countersOf } from './counters.ts'
import { createHealth, type HealthProblem } from './health.ts'

const clock: Clock = { now: () => Date.UTC(2026, 4, 4), monotonic: () => 0 }
const journalHealth: JournalHealth = { state: 'ok', bytes: 1, limitBytes: 10, freeBytes: 100, oldest: 1 }
const historyHealth: Health['history'] = { store: 'duckdb', state: 'ok', offset: 9, lagSeconds: 0 }

function healthOf(
  journal: Partial<JournalHealth>,
  history: Partial<Health['history']> = {},
  others: HealthProblem[] = []
): Health {
  return createHealth({
    city: 'tiny',
    version: '1',
    clock,
    // A journal that is full or has failed is not to be had in a test of milliseconds; only what it says is read here.
    journal: { epoch: 'e', head: 9, health: () => ({ ...journalHealth, ...journal }) } as Journal,
    history: () => ({ ...historyHealth, ...history }),
    broker: () => ({ connected: 3, port: 1883, refused: 0 }),
    frames: () => undefined,
    counters: () => countersOf({ accepted: 0, rejected: 0, duplicate: 0 }, { stored: 0, refused: 0 }),
    others: () => others
  })()
}
const day = 86_400

test.each([
  ['all is well', {}, {}, 'ok', []],
  ['the journal has failed', { state: 'failed' }, {}, 'failed', ['The journal has failed; intake is stopped']],
  ['the journal is full', { state: 'full' }, {}, 'failed', ['The journal is full; intake is stopped']],
  [
    'the journal is damaged',
    { damage: 'entries 3 to 5 are missing' },
    {},
    'failed',
    ['The journal is damaged: entries 3 to 5 are missing. Stop the city and run: city-brain journal salvage']
  ],
  ['much comes in, and history keeps up', { secondsUntilFull: 3_600 }, {}, 'ok', []],
  ['history catches up', {}, { state: 'catching-up', lagSeconds: 10 }, 'ok', []],
  [
    'history is far behind',
    {},
    { state: 'catching-up', lagSeconds: 90 },
    'degraded',
    ['History is 90 s behind and catching up']
  ],
  [
    'history is away, with room for a while',
    { secondsUntilFull: 3 * day },
    { state: 'unavailable', message: 'connect ECONNREFUSED' },
    'degraded',
    ['The history store does not answer; readings wait in the journal: connect ECONNREFUSED']
  ],
  [
    'history is away, and the journal fills',
    { secondsUntilFull: 7_300 },
    { state: 'unavailable' },
    'degraded',
    ['The journal will be full in about 2 h', 'The history store does not answer; readings wait in the journal']
  ],
  [
    'history is wrongly configured',
    {},
    { state: 'misconfigured', message: 'unauthorized' },
    'degraded',
    ['The history store refuses the configuration; readings wait in the journal: unauthorized']
  ]
] as const)('%s', (_name, journal, history, status, problems) => {
  const health = healthOf(journal, history)
  expect(health.status).toBe(status)
  expect(health.problems.map(({ en }) => en)).toEqual(problems)
  for (const { zh } of health.problems) expect(zh).toMatch(/[\u4e00-\u9fff]/)
})

test('the worst of all problems gives the status', () => {
  const text = { en: 'x', zh: '某' }
  expect(healthOf({}, {}, [{ status: 'degraded', text }]).status).toBe('degraded')
  expect(healthOf({}, { state: 'unavailable' }, [{ status: 'failed', text }]).status).toBe('failed')
})

test('counters add up', () => {
  const tally: Tally = { accepted: 100, rejected: 7, duplicate: 3 }
  const { received, accepted, rejected, duplicate, stored, pending, refused } = countersOf(tally, {
    stored: 90,
    refused: 2
  })
  expect(received).toBe(accepted + rejected + duplicate)
  expect(accepted).toBe(stored + pending + refused)
  expect([received, pending]).toEqual([110, 8])
})
