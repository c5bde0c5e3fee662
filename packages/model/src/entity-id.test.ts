import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEntityId, parseUrn, toUrn } from './entity-id.ts'

test('an id survives the way to a URN and back', () => {
  const id = fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?$/)
  fc.assert(
    fc.property(id, (text) => {
      expect(parseUrn(toUrn('WasteContainer', text))).toEqual({ type: 'WasteContainer', id: text })
    })
  )
})

test.each(['', 'Det-1', 'det 1', 'a/b', 'a+', '#', '-a', 'a-', 'ü', 'x'.repeat(65)])('"%s" is no id', (text) => {
  expect(isEntityId(text)).toBe(false)
})
