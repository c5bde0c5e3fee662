import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDueQueue, type Timer } from './due-queue.ts'

const timer = (key: string): Timer => ({ key, due: undefined })

test('timers fire strictly after their moment, earliest first, ties by key', () => {
  const queue = createDueQueue()
  const [a, b, c] = [timer('a'), timer('b'), timer('c')]
  queue.set(c, 5)
  queue.set(b, 5)
  queue.set(a, 7)
  expect([...queue.take(5)]).toEqual([])
  expect([...queue.take(8)].map(({ key }) => key)).toEqual(['b', 'c', 'a'])
  expect(queue.size).toBe(0)
})

test('a timer moved a thousand times takes one place', () => {
  const queue = createDueQueue()
  const moved = timer('a')
  for (let due = 0; due < 1_000; due++) queue.set(moved, due)
  expect(queue.size).toBe(1)
  expect([...queue.take(999)]).toEqual([])
  expect([...queue.take(1_000)]).toEqual([moved])
})

test('a place that was left behind is not filled again', () => {
  const queue = createDueQueue()
  const moved = timer('a')
  queue.set(moved, 10)
  queue.set(moved, 5)
  expect([...queue.take(6)]).toEqual([moved])
  queue.set(moved, 20)
  expect([...queue.take(11)]).toEqual([])
  expect(queue.size).toBe(1)
})

const action = fc.oneof(
  fc.record({
    do: fc.constant('set' as const),
    key: fc.integer({ min: 0, max: 5 }),
    due: fc.integer({ min: 0, max: 60 })
  }),
  fc.record({ do: fc.constant('clear' as const), key: fc.integer({ min: 0, max: 5 }) }),
  fc.record({ do: fc.constant('take' as const), by: fc.integer({ min: 1, max: 20 }) })
)

test('behaves like a list that is searched whole', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const queue = createDueQueue()
      const timers = Array.from({ length: 6 }, (_, i) => timer(String(i)))
      const dues = new Map<string, number>()
      let now = 0
      for (const step of actions) {
        if (step.do === 'take') {
          now += step.by
          const expected = [...dues].filter(([, due]) => due < now).sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1))
          expect([...queue.take(now)].map(({ key }) => key)).toEqual(expected.map(([key]) => key))
          for (const [key] of expected) dues.delete(key)
          continue
        }
        const moved = timers[step.key] as Timer
        if (step.do === 'set') {
          queue.set(moved, step.due)
          dues.set(moved.key, step.due)
        } else {
          moved.due = undefined
          dues.delete(moved.key)
        }
      }
    })
  )
})
