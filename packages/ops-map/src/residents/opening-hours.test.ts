import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openingAt, readOpeningHours } from './opening-hours.ts'

// 2026-11-24 is a Tuesday; 12:00 in Shanghai.
const noon = Date.UTC(2026, 10, 24, 4)
const minute = 60_000

describe('at noon on a Tuesday', () => {
  test.each([
    ['24/7', { open: true, dayAndNight: true }],
    ['00:00-24:00', { open: true, dayAndNight: true }],
    ['Mo-Su 07:00-22:00', { open: true, until: '22:00' }],
    ['07:00-24:00', { open: true, until: '00:00' }],
    ['Mo-Su 13:00-22:00', { open: false, from: '13:00' }],
    ['Mo-Su 06:00-12:00', { open: false, from: '06:00' }],
    ['Mo,We 12:30-22:00', { open: false }],
    ['Sa-Tu 07:00-22:00', { open: true, until: '22:00' }],
    ['Mo-Sa 08:00-12:30,14:00-18:00', { open: true, until: '12:30' }],
    ['Mo-Sa 08:00-11:30, 14:00-18:00', { open: false, from: '14:00' }],
    ['Mo 20:00-13:00', { open: true, until: '13:00' }],
    ['Su 20:00-13:00', { open: false }],
    // Around the clock, but not for the whole week: nobody may read "day and night" on its last day.
    ['Mo-Tu 00:00-24:00', { open: true, until: '00:00' }],
    ['Mo-Fr 00:00-24:00', { open: true }],
    ['sunrise-sunset', undefined],
    ['Mo-Fr 06:00-25:00', undefined],
    ['Mo-Fr 06:60-20:00', undefined],
    ['Mo-Fr 06:00-20:00; PH off', undefined],
    ['Mo-Fr 06:00-20:00+', undefined],
    ['', undefined]
  ])('%s', (text, expected) => {
    expect(openingAt(text, noon, 'Asia/Shanghai')).toEqual(expected)
  })

  test('a later rule replaces an earlier one on its days', () => {
    expect(openingAt('Mo-Su 06:00-23:00; Tu 09:00-11:00', noon, 'Asia/Shanghai')).toEqual({
      open: false,
      from: '06:00'
    })
    expect(openingAt('24/7; Tu off', noon, 'Asia/Shanghai')).toEqual({ open: false, from: '00:00' })
    expect(openingAt('24/7; We off', noon, 'Asia/Shanghai')).toEqual({ open: true, until: '00:00' })
  })

  test('the day and the hour are the city’s', () => {
    // In Honolulu it is still Monday, 18:00.
    expect(openingAt('Mo 17:00-19:00', noon, 'Pacific/Honolulu')).toEqual({ open: true, until: '19:00' })
  })
})

const two = (n: number) => String(n).padStart(2, '0')
const time = fc.integer({ min: 0, max: 24 * 4 - 1 }).map((quarter) => `${two(quarter >> 2)}:${two((quarter % 4) * 15)}`)
const day = fc.constantFrom('Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su')
const days = fc.oneof(
  day,
  fc.tuple(day, day).map(([a, b]) => `${a}-${b}`),
  fc.constant('Sa,Su')
)
const hours = fc.array(fc.tuple(time, time), { minLength: 1, maxLength: 2 })
const rule = fc
  .tuple(days, fc.option(hours))
  .map(([names, spans]) => `${names} ${spans ? spans.map((span) => span.join('-')).join(',') : 'off'}`)
const text = fc.array(rule, { minLength: 1, maxLength: 3 }).map((rules) => rules.join('; '))

test('what is announced comes true, and not before', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 7 * 96 - 1 }), (written, quarter) => {
      const at = Date.UTC(2026, 10, 23) + quarter * 15 * minute
      const opening = openingAt(written, at, 'UTC')
      if (!opening) throw new Error(`not understood: ${written}`)
      const change = opening.open ? opening.until : opening.from
      for (let later = at + 15 * minute; later <= at + 24 * 60 * minute; later += 15 * minute) {
        const then = openingAt(written, later, 'UTC')
        if (then?.open === opening.open) continue
        return change === new Date(later).toISOString().slice(11, 16)
      }
      return change === undefined
    }),
    { numRuns: 300 }
  )
})

test('never throws, whatever a city has written', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[MoTuWSa0-9:;, -]*$/)), (written) => {
      readOpeningHours(written)
      openingAt(written, noon, 'Asia/Shanghai')
    })
  )
})
