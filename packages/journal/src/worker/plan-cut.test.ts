import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CutCandidate, planCut } from './plan-cut.ts'

const row = (offset: number, hole = 0): CutCandidate => ({ offset, hole, kind: 2, receivedAt: 0 })

test('stretches go, and the entry after each bears the hole', () => {
  const rows = [row(1), row(2), row(3), row(6, 2), row(7)]
  const cut = new Set([1, 2, 6])
  expect(planCut(rows, row(8), ({ offset }) => (cut.has(offset) ? 'cut' : 'keep'))).toEqual({
    ranges: [
      { from: 1, to: 2 },
      { from: 6, to: 6 }
    ],
    holes: [
      { offset: 3, hole: 2 },
      { offset: 7, hole: 3 }
    ],
    through: 7,
    cut: 3
  })
})

test('it stops at the first that is too young, and says how far it came', () => {
  const plan = planCut([row(1), row(2), row(3)], row(4), ({ offset }) => (offset === 2 ? 'stop' : 'cut'))
  expect(plan).toEqual({ ranges: [{ from: 1, to: 1 }], holes: [{ offset: 2, hole: 1 }], through: 1, cut: 1 })
  expect(planCut([row(5)], row(6), () => 'stop')).toEqual({ ranges: [], holes: [], through: 0, cut: 0 })
})

test('cutting everything without an entry that stays is refused', () => {
  expect(() => planCut([row(1)], undefined, () => 'cut')).toThrow('never cut')
})

test('after any sequence of cuts, each hole is exactly what is missing before its entry', () => {
  const verdicts = fc.array(fc.constantFrom('cut' as const, 'keep' as const), { minLength: 30, maxLength: 30 })
  fc.assert(
    fc.property(fc.array(verdicts, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (passes, size) => {
      let log = Array.from({ length: 31 }, (_, index) => row(index + 1))
      const gone = new Set<number>()
      for (const pass of passes) {
        for (let from = 0; from < 30; ) {
          const rows = log.filter(({ offset }) => offset > from && offset < 31).slice(0, size)
          const last = rows.at(-1)
          if (last === undefined) break
          const next = log.find(({ offset }) => offset > last.offset)
          const plan = planCut(rows, next, ({ offset }) => pass[offset - 1] ?? 'keep')
          for (const range of plan.ranges) for (let at = range.from; at <= range.to; at++) gone.add(at)
          log = log
            .filter(({ offset }) => !gone.has(offset))
            .map((entry) => ({
              ...entry,
              hole: plan.holes.find(({ offset }) => offset === entry.offset)?.hole ?? entry.hole
            }))
          from = last.offset
        }
      }
      let reached = 0
      for (const { offset, hole } of log) {
        expect(offset - hole - 1).toBe(reached)
        reached = offset
      }
      expect(reached).toBe(31)
    })
  )
})
