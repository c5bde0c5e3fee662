import type { Intersection, PhaseDemand } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTiming } from './check-timing.ts'
import { randomIntersection } from './testing/random-intersection.ts'
import { twoStreets } from './testing/two-streets.ts'
import { webster } from './webster.ts'

const demandOf = (intersection: Intersection, ratios: readonly number[]): PhaseDemand[] =>
  intersection.phases.map(({ id, saturationFlow }, index) => ({
    phase: id,
    counted: (ratios[index] ?? 0) * saturationFlow,
    queueGrowth: 0,
    saturationFlow,
    flowRatio: ratios[index] ?? 0,
    detectors: []
  }))

test("Webster's own formula: C = (1.5 L + 5) / (1 − Y), greens as the critical flow ratios", () => {
  const intersection = twoStreets()
  // L = 10 s, Y = 0.4 + 0.2 = 0.6: C = 20 / 0.4 = 50 s, 40 s of green as 2 to 1.
  const made = webster(intersection, demandOf(intersection, [0.4, 0.2, 0]))
  expect(made?.timing).toEqual({ cycle: 50, greens: [27, 13], offset: 5 })
  expect(made?.flowRatioSum).toBeCloseTo(0.6)
  expect(made?.limits).toEqual([])
})

test('the critical phase of a stage decides, not the sum of its phases', () => {
  const intersection = twoStreets()
  const one = webster(intersection, demandOf(intersection, [0.4, 0.2, 0]))
  const both = webster(intersection, demandOf(intersection, [0.4, 0.2, 0.15]))
  expect(both?.timing).toEqual(one?.timing)
})

test('above 0.9 the sum is taken as 0.9, the cycle held at its limit, and both are told', () => {
  const intersection = twoStreets()
  const made = webster(intersection, demandOf(intersection, [0.8, 0.4, 0]))
  expect(made?.timing.cycle).toBe(120)
  expect(made?.flowRatioSum).toBe(0.9)
  expect(made?.limits.map(({ en }) => en)).toEqual([
    'Sum of flow ratios 1.20 taken as 0.9',
    'Cycle of 200 s capped at 120 s',
    'Phase 1: 73.3 s held at the maximum green of 70 s'
  ])
  expect(made?.timing.greens).toEqual([70, 40])
})

test('a quiet street keeps its minimum, and a short cycle is raised to the shortest allowed', () => {
  const intersection = twoStreets()
  const made = webster(intersection, demandOf(intersection, [0.3, 0.01, 0]))
  expect(made?.timing).toEqual({ cycle: 40, greens: [22, 8], offset: 5 })
  expect(made?.limits.map(({ en }) => en)).toEqual([
    'Cycle of 29 s raised to 40 s',
    'Phase 2: 1 s raised to the 8 s that it needs'
  ])
})

test('without any demand every stage has what it needs', () => {
  const intersection = twoStreets()
  const made = webster(intersection, demandOf(intersection, [0, 0, 0]))
  expect(made?.timing.cycle).toBe(40)
  expect(checkTiming(intersection, made?.timing ?? intersection.plan)).toEqual({ allowed: true })
})

test('limits in half seconds are met in half seconds', () => {
  const intersection = twoStreets()
  const [main] = intersection.phases
  if (main) Object.assign(main, { minimumGreen: 20.5, maximumGreen: 20.5 })
  const made = webster(intersection, demandOf(intersection, [0.4, 0.2, 0]))
  expect(made?.timing.greens[0]).toBe(20.5)
  expect(checkTiming(intersection, made?.timing ?? intersection.plan)).toEqual({ allowed: true })
})

test('limits that contradict each other have no timing', () => {
  const intersection = twoStreets()
  const [main] = intersection.phases
  if (main) Object.assign(main, { minimumGreen: 20.1, maximumGreen: 20.4 })
  expect(webster(intersection, demandOf(intersection, [0.4, 0.2, 0]))).toBeUndefined()
})

test('whatever the intersection and the demand, the timing passes the safety check, in half seconds that add up', () => {
  let overlapping = 0
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.double({ min: 0, max: 0.9, noNaN: true }), { maxLength: 15 }),
      (seed, ratios) => {
        const { intersection } = randomIntersection(seed)
        const made = webster(intersection, demandOf(intersection, ratios))
        if (!made) throw new Error('a valid intersection has a timing')
        if (
          intersection.stages.some((stage, index) => stage.some((id) => intersection.stages[index + 1]?.includes(id)))
        ) {
          overlapping++
        }
        expect(checkTiming(intersection, made.timing)).toEqual({ allowed: true })
        for (const green of made.timing.greens) expect(Number.isInteger(green * 2)).toBe(true)
        expect(made.flowRatioSum).toBeLessThanOrEqual(0.9)
      }
    ),
    { numRuns: 1_000, seed: 11 }
  )
  expect(overlapping).toBeGreaterThan(100)
})

test('more demand on one phase never gives its stage less green, where no phase goes on', () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.double({ min: 0.01, max: 0.3, noNaN: true }), { minLength: 15, maxLength: 15 }),
      fc.nat({ max: 14 }),
      (seed, ratios, which) => {
        const { intersection } = randomIntersection(seed)
        fc.pre(intersection.stages.flat().length === intersection.phases.length)
        const phase = which % intersection.phases.length
        const more = ratios.map((ratio, index) => (index === phase ? ratio * 2 : ratio))
        const stage = intersection.stages.findIndex((ids) => ids.includes(intersection.phases[phase]?.id ?? 0))
        const before = webster(intersection, demandOf(intersection, ratios))?.timing.greens[stage] ?? 0
        const after = webster(intersection, demandOf(intersection, more))?.timing.greens[stage] ?? 0
        // One unit may move by rounding.
        expect(after).toBeGreaterThanOrEqual(before - 1)
      }
    ),
    { numRuns: 300, seed: 12 }
  )
})
