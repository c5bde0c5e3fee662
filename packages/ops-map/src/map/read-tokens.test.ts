import { expect, test } from 'vitest'
import { rgba, sixDigits } from './read-tokens.ts'

test('white is white, also as a minifier writes it', () => {
  expect(rgba(sixDigits('#fff'))).toEqual([255, 255, 255, 255])
  expect(rgba(sixDigits('#0b5cad'), 120)).toEqual([11, 92, 173, 120])
})
