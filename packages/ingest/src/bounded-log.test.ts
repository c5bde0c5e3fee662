import { expect, test } from 'vitest'
import { createBoundedLog, linesPerSpan } from './bounded-log.ts'

test('a message is written a few times a minute, and how often it was left out is told later', () => {
  let now = 0
  const lines: string[] = []
  const log = createBoundedLog((_level, message, detail) => lines.push(`${message} ${JSON.stringify(detail)}`), {
    now: () => now,
    monotonic: () => now
  })
  for (let i = 0; i < 1_000; i++) log('warn', 'refused', { i })
  log('warn', 'something else', {})
  expect(lines).toHaveLength(linesPerSpan + 1)
  now += 60_000
  log('warn', 'refused', { i: 1_000 })
  expect(lines.slice(-2)).toEqual([`refused {"linesLeftOut":${1_000 - linesPerSpan}}`, 'refused {"i":1000}'])
})
