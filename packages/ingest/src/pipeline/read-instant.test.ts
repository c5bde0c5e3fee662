import { formatInstant, parseInstant } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isCanonicalInstant, readInstant } from './read-instant.ts'

const same = (text: string) => {
  expect([text, readInstant(text)]).toEqual([text, parseInstant(text) ?? Number.NaN])
}

test('it says what parseInstant says, of any point in time', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1000, 0), max: Date.UTC(9999, 11, 31) }), (milliseconds) => {
      const text = formatInstant(milliseconds)
      expect(readInstant(text)).toBe(milliseconds)
      expect(isCanonicalInstant(text)).toBe(true)
      same(text.replace(/\.\d{3}Z$/, 'Z'))
    })
  )
})

test('it says what parseInstant says, of any text in the form of a date', () => {
  const digits = (n: number) =>
    fc.array(fc.integer({ min: 0, max: 9 }), { minLength: n, maxLength: n }).map((d) => d.join(''))
  const form = fc.tuple(
    digits(4),
    fc.constant('-'),
    digits(2),
    fc.constant('-'),
    digits(2),
    fc.constantFrom('T', ' ', 't', 'x'),
    digits(2),
    fc.constant(':'),
    digits(2),
    fc.constant(':'),
    digits(2),
    fc.constantFrom('', '.5', '.123', '.123456'),
    fc.constantFrom('Z', '+02:00', 'z', '', '-23:59')
  )
  fc.assert(
    fc.property(form, (parts) => same(parts.join(''))),
    { numRuns: 2_000 }
  )
})

test.each([
  '2026-02-28T23:59:60Z',
  '2026-02-29T00:00:00Z',
  '2024-02-29T00:00:00.000Z',
  '2026-06-31T00:00:00Z',
  '2026-05-04T24:00:00Z',
  '2026-05-04T24:00:00.000Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '',
  'yesterday'
])('%s', same)
