import { parseInstant } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMomentOf } from './moment-of.ts'

test('is what the vocabulary says of any instant, whatever came before it', () => {
  const momentOf = createMomentOf()
  const instant = fc
    .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
    .map((date) => date.toISOString())
  const near = fc
    .integer({ min: -86_400_000, max: 86_400_000 })
    .map((ms) => new Date(1_777_852_800_000 + ms).toISOString())
  const odd = fc.constantFrom(
    '2026-05-04T24:00:00.000Z',
    '2026-05-04T23:59:60.000Z',
    '2026-05-04T12:60:00.000Z',
    '2026-05-04t12:00:00.000z',
    '2026-05-04T12:00:00.1234Z',
    '2026-05-04T1x:00:00.000Z',
    '2026-05-04T12:00:00+01:00',
    '2026-06-31T12:00:00.000Z',
    ''
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(near, instant, odd), { maxLength: 20 }), (texts) => {
      for (const text of texts) expect([text, momentOf(text)]).toEqual([text, parseInstant(text)])
    })
  )
})
