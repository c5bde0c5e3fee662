import type { SignalCommandMessage, SignalTiming } from '@city-brain/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTiming } from './check-timing.ts'
import { clearances, phaseRuns, requiredGreen } from './phase-runs.ts'
import { randomIntersection } from './testing/random-intersection.ts'
import { twoStreets } from './testing/two-streets.ts'

const now = Date.UTC(2026, 4, 4, 8)
const at = (milliseconds: number) => new Date(now + milliseconds).toISOString()
const good: SignalTiming = { cycle: 80, greens: [45, 25], offset: 0 }

const code = (verdict: ReturnType<typeof checkTiming>) => (verdict.allowed ? 'allowed' : verdict.code)

describe('a timing', () => {
  test.each<[string, SignalTiming]>([
    ['allowed', good],
    ['allowed', twoStreets().plan],
    ['allowed', { cycle: 40, greens: [22, 8], offset: 39.9 }],
    ['allowed', { cycle: 80.5, greens: [45.5, 25], offset: 0 }],
    ['stage-count', { cycle: 80, greens: [70], offset: 0 }],
    ['stage-count', { cycle: 80, greens: [45, 20, 5], offset: 0 }],
    ['cycle-limits', { cycle: 39, greens: [20, 9], offset: 0 }],
    ['cycle-limits', { cycle: 121, greens: [70, 41], offset: 0 }],
    // Two changes of 3 s yellow and 2 s red clearance take 10 s.
    ['yellow-change', { cycle: 80, greens: [45, 30], offset: 0 }],
    ['red-clearance', { cycle: 80, greens: [45, 27], offset: 0 }],
    ['red-clearance', { cycle: 80, greens: [45, 25.1], offset: 0 }],
    ['cycle-sum', { cycle: 80, greens: [45, 24], offset: 0 }],
    ['minimum-green', { cycle: 80, greens: [62.5, 7.5], offset: 0 }],
    ['maximum-green', { cycle: 100, greens: [70.5, 19.5], offset: 0 }],
    ['offset', { ...good, offset: 80 }],
    ['malformed', { ...good, offset: -1 }],
    ['malformed', { ...good, cycle: Number.NaN }],
    ['malformed', { ...good, greens: [Number.POSITIVE_INFINITY, 25] }],
    ['malformed', { ...good, greens: [-5, 75] }]
  ])('%s: %o', (expected, timing) => {
    expect(code(checkTiming(twoStreets(), timing))).toBe(expected)
  })

  test('that leaves pedestrians too little green is refused', () => {
    const intersection = twoStreets()
    const side = intersection.phases[1]
    if (side) Object.assign(side, { walk: 10, pedestrianClear: 16 })
    expect(code(checkTiming(intersection, good))).toBe('pedestrian')
    expect(code(checkTiming(intersection, { cycle: 80, greens: [44, 26], offset: 0 }))).toBe('allowed')
  })

  test('is refused at an intersection whose conflicting phases share a stage, however it was loaded', () => {
    expect(code(checkTiming({ ...twoStreets(), conflicts: [[1, 3]] }, good))).toBe('conflict')
  })

  test('every refusal says why in both languages', () => {
    const verdict = checkTiming(twoStreets(), { cycle: 80, greens: [62.5, 7.5], offset: 0 })
    expect(verdict).toEqual({
      allowed: false,
      code: 'minimum-green',
      reason: { en: 'phase 2: 7.5 s of green, the minimum is 8 s', zh: '相位 2：绿灯 7.5 s，小于最小绿 8 s' }
    })
  })

  test('a green that lasts over two stages counts with the change between them', () => {
    const intersection = twoStreets()
    // A turn before the main street: phase 1 is green in both stages, through the clearance of phase 4.
    const [main] = intersection.phases
    if (main) intersection.phases.push({ ...main, id: 4, maximumGreen: 20, detectors: [] })
    intersection.stages = [[1, 4], [1, 3], [2]]
    expect(clearances(intersection)).toEqual([5, 5, 5].map((total) => ({ yellow: 3, total })))
    expect(phaseRuns(intersection).find(({ phase }) => phase.id === 1)).toMatchObject({ first: 0, last: 1, between: 5 })
    // 12 + 5 + 53 = 70 s is its maximum.
    expect(code(checkTiming(intersection, { cycle: 110, greens: [12, 53, 30], offset: 0 }))).toBe('allowed')
    expect(code(checkTiming(intersection, { cycle: 110, greens: [12, 54, 29], offset: 0 }))).toBe('maximum-green')
  })
})

describe('a command', () => {
  const command: SignalCommandMessage = {
    commandId: 'riverside-1/7',
    kind: 'set-timing',
    intersection: 'riverside-1',
    revision: 3,
    issuedAt: at(0),
    deliverBefore: at(10_000),
    expiresAt: at(600_000),
    timing: good
  }
  test.each<[string, Partial<SignalCommandMessage>]>([
    ['allowed', {}],
    ['allowed', { kind: 'release', timing: undefined }],
    ['wrong-intersection', { intersection: 'riverside-2' }],
    ['wrong-revision', { revision: 2 }],
    ['malformed', { timing: undefined }],
    ['malformed', { expiresAt: 'tomorrow' }],
    ['late', { deliverBefore: at(-1) }],
    ['expired', { expiresAt: at(0) }],
    ['unknown-kind', { kind: 'preempt' as 'release' }],
    ['stage-count', { timing: { ...good, greens: [70] } }]
  ])('%s: %o', (expected, more) => {
    expect(code(checkTiming(twoStreets(), { ...command, ...more }, { now }))).toBe(expected)
  })

  test('is refused where the controller reports another revision, or that it cannot be commanded', () => {
    const state = {
      dateObserved: at(0),
      revision: 3,
      mode: 'coordinated' as const,
      stage: 0,
      stageAge: 0,
      timing: good,
      states: []
    }
    const verdict = (more: object) => code(checkTiming(twoStreets(), command, { now, state: { ...state, ...more } }))
    expect(verdict({})).toBe('allowed')
    expect(verdict({ revision: 4 })).toBe('wrong-revision')
    expect(verdict({ mode: 'flashing' })).toBe('not-controllable')
    expect(verdict({ mode: 'manual' })).toBe('not-controllable')
  })
})

test('what is allowed keeps every limit, counted on the lamps and not on the timing', () => {
  let allowed = 0
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 5, maxLength: 5 }),
      (seed, changes) => {
        const { intersection } = randomIntersection(seed)
        const greens = intersection.plan.greens.map((green, stage) => green + (changes[stage] ?? 0) / 2)
        const lost = clearances(intersection).reduce((total, one) => total + one.total, 0)
        const cycle = Math.round((lost + greens.reduce((total, green) => total + green, 0)) * 1_000) / 1_000
        const verdict = checkTiming(intersection, { cycle, greens, offset: 0 })
        const within = keepsLimits(intersection, greens, cycle)
        expect(verdict.allowed).toBe(within)
        if (within) allowed++
      }
    ),
    { numRuns: 1_000, seed: 5 }
  )
  expect(allowed).toBeGreaterThan(100)
  expect(allowed).toBeLessThan(900)
})

/** Plays one cycle second by tenth, as a passer-by with a stop watch would. */
function keepsLimits(intersection: ReturnType<typeof twoStreets>, greens: readonly number[], cycle: number): boolean {
  if (greens.some((green) => green < 0)) return false
  if (cycle < intersection.cycle.minimum || cycle > intersection.cycle.maximum) return false
  const tenths = (seconds: number) => Math.round(seconds * 10)
  return intersection.phases.every((phase) => {
    const shown: boolean[] = []
    intersection.stages.forEach((stage, index) => {
      const next = intersection.stages[index + 1] ?? []
      const ending = stage.filter((id) => !next.includes(id))
      const change = Math.max(
        0,
        ...ending.map((id) => {
          const one = intersection.phases.find((other) => other.id === id)
          return tenths(one?.yellowChange ?? 0) + tenths(one?.redClearance ?? 0)
        })
      )
      // Greens are halves of a second or tenths: both are whole tenths.
      for (let tenth = 0; tenth < tenths(greens[index] ?? 0); tenth++) shown.push(stage.includes(phase.id))
      const goesOn = stage.includes(phase.id) && next.includes(phase.id)
      for (let tenth = 0; tenth < change; tenth++) shown.push(goesOn)
    })
    const runs = shown
      .map((green) => (green ? 'g' : 'r'))
      .join('')
      .split('r')
      .filter((run) => run.length > 0)
    return (
      runs.length > 0 &&
      runs.every((run) => run.length >= tenths(requiredGreen(phase)) && run.length <= tenths(phase.maximumGreen))
    )
  })
}
