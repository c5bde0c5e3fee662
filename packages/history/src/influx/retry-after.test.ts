import { expect, test } from 'vitest'
import { retryAfter } from './retry-after.ts'

const now = Date.parse('2026-05-04T12:00:00Z')

test.each([
  ['7', 7_000],
  ['0.5', 500],
  ['Mon, 04 May 2026 12:00:30 GMT', 30_000],
  ['Mon, 04 May 2026 11:00:00 GMT', undefined],
  ['0', undefined],
  ['-3', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
  // More than a timer takes: it would fire at once, again and again.
  ['3000000', 600_000],
  ['1e300', 600_000],
  ['Infinity', 600_000]
])('Retry-After %s is %s ms', (header, expected) => {
  expect(retryAfter(header, now)).toBe(expected)
})
