import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createExpiryQueue } from './expiry-queue.ts'

test('takes what is due, earliest first, once', () => {
  const queue = createExpiryQueue<string>()
  queue.set('late', 30)
  queue.set('early', 10)
  queue.set('middle', 20)
  expect(queue.take(9)).toEqual([])
  expect(queue.take(20)).toEqual(['early', 'middle'])
  expect(queue.take(20)).toEqual([])
  expect(queue.take(100)).toEqual(['late'])
})

test('behaves as a plain map that is scanned, whatever is set, moved back and forth, or deleted', () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant('set' as const), key: fc.nat(8), due: fc.nat(100) }),
    fc.record({ act: fc.constant('delete' as const), key: fc.nat(8) }),
    fc.record({ act: fc.constant('take' as const), now: fc.nat(100) })
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = createExpiryQueue<number>()
      const plain = new Map<number, number>()
      for (const one of steps) {
        if (one.act === 'set') {
          queue.set(one.key, one.due)
          plain.set(one.key, one.due)
        } else if (one.act === 'delete') {
          queue.delete(one.key)
          plain.delete(one.key)
        } else {
          const due = [...plain].filter(([, moment]) => moment <= one.now).map(([key]) => key)
          const taken = queue.take(one.now)
          expect([...taken].sort()).toEqual(due.sort())
          expect(taken.map((key) => plain.get(key))).toEqual(
            taken.map((key) => plain.get(key)).sort((a = 0, b = 0) => a - b)
          )
          for (const key of due) plain.delete(key)
        }
      }
    })
  )
})
