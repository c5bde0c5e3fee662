import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FingerprintWindow, windowSize } from './fingerprint-window.ts'

/** Few different values, so that repeats come; some share their low bits, so that the table's slots collide. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 3_000 }),
  fc.integer({ min: 0, max: 50 }).map((n) => n * 4_096),
  fc.integer({ min: 0, max: 2 ** 20 - 1 }).map((n) => n * 2 ** 32)
)

test('it says of any sequence what a list of the last thousand says', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 4_000, size: 'max' }), (values) => {
      const window = new FingerprintWindow()
      let last: number[] = []
      for (const each of values) {
        const isNew = !last.includes(each)
        expect(window.has(each)).toBe(!isNew)
        expect(window.add(each)).toBe(isNew)
        if (isNew) last = [...last, each].slice(-windowSize)
      }
      expect(window.values()).toEqual(last)
    }),
    { numRuns: 20 }
  )
})

test('it survives being written and read', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 2_500, size: 'max' }), (values) => {
      const window = new FingerprintWindow()
      for (const each of values) window.add(each)
      const copy = FingerprintWindow.decode(window.encode())
      expect(copy.values()).toEqual(window.values())
      for (const each of values) expect(copy.has(each)).toBe(window.has(each))
    }),
    { numRuns: 20 }
  )
})

test('one can be taken back, and the others stay in their order', () => {
  const window = new FingerprintWindow()
  for (let i = 0; i < 1_200; i++) window.add(i)
  window.remove(700)
  expect(window.has(700)).toBe(false)
  expect(window.values()).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 200).filter((i) => i !== 700))
  expect(window.add(700)).toBe(true)
  window.remove(5)
  expect(window.size).toBe(1_000)
})

test('garbage in a snapshot is no window', () => {
  expect(FingerprintWindow.decode('').size).toBe(0)
  expect(FingerprintWindow.decode('AAAA').size).toBe(0)
  expect(
    FingerprintWindow.decode(Buffer.from(new Float64Array([Number.NaN, -1, 0.5, 7]).buffer).toString('base64')).values()
  ).toEqual([7])
})
