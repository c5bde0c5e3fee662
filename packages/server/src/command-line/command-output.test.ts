import { expect, test } from 'vitest'
import { printable } from './command-output.ts'

test('what a device wrote stays on one line and moves no cursor; all other characters stay as they are', () => {
  expect(printable('a\u001b[2Jb\r\nc\u009bd\u202ee')).toBe('a\\u001b[2Jb\\u000d\\u000ac\\u009bd\\u202ee')
  expect(printable('污水 "ü" \\ 🚰')).toBe('污水 "ü" \\ 🚰')
})
