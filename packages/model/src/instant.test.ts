import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatInstant, isCanonicalInstant, parseAnyInstant, parseDuration, parseInstant } from './instant.ts'

const milliseconds = fc.integer({ min: 0, max: 253_402_300_799_999 })

describe('parseInstant', () => {
  test('reads back whatever formatInstant writes', () => {
    fc.assert(fc.property(milliseconds, (at) => parseInstant(formatInstant(at)) === at))
  })

  test('normalises a local offset to UTC', () => {
    expect(parseInstant('2026-05-04T02:00:01+02:00')).toBe(Date.UTC(2026, 4, 4, 0, 0, 1))
  })

  test.each([
    ['no zone', '2026-05-04T00:00:01'],
    ['a date alone', '2026-05-04'],
    ['a day that the month lacks', '2026-06-31T00:00:00Z'],
    ['29 February of a common year', '2026-02-29T00:00:00Z'],
    ['a 13th month', '2026-13-01T00:00:00Z'],
    ['hour 25', '2026-01-01T25:00:00Z'],
    ['words', 'yesterday'],
    ['nothing', ''],
    ['a long tail', `2026-05-04T00:00:01.${'0'.repeat(60)}Z`]
  ])('refuses %s', (_what, text) => {
    expect(parseInstant(text)).toBeUndefined()
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const at = parseInstant(text)
        return at === undefined || Number.isFinite(at)
      })
    )
  })
})

test('parseDuration reads what people write in a city’s files', () => {
  expect(parseDuration('90s')).toBe(90_000)
  expect(parseDuration('1.5h')).toBe(5_400_000)
  expect(parseDuration('24h')).toBe(parseDuration('1d'))
  for (const wrong of ['10', '-5s', '5 s', '5min', 's', '']) expect(parseDuration(wrong)).toBeUndefined()
})

const same = (text: string) => {
  expect([text, parseInstant(text)]).toEqual([text, parseAnyInstant(text)])
}

test('the fast way says what the general one says, of any point in time', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1000, 0), max: Date.UTC(9999, 11, 31) }), (milliseconds) => {
      const text = formatInstant(milliseconds)
      expect(parseInstant(text)).toBe(milliseconds)
      expect(isCanonicalInstant(text)).toBe(true)
      same(text.replace(/\.\d{3}Z$/, 'Z'))
    })
  )
})

test('the fast way says what the general one says, of any text in the form of a date', () => {
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
