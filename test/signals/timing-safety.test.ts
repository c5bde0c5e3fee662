import type { Intersection, SignalCommandMessage, SignalTiming } from '@city-brain/model'
import { checkTiming, randomIntersection, webster } from '@city-brain/signals'
import { type Controller, createController } from '@city-brain/simulators'
import fc from 'fast-check'
import { expect, test } from 'vitest'

/**
 * Two checks that share no code, the centre's and the controller's, must agree on every timing; and what they allow must
 * keep every limit on the lamps, watched from outside.
 */
const start = Date.UTC(2026, 4, 4, 8)

function command(
  intersection: Intersection,
  timing: SignalTiming,
  more: Partial<SignalCommandMessage> = {}
): SignalCommandMessage {
  return {
    commandId: `${intersection.intersection}/1`,
    kind: 'set-timing',
    intersection: intersection.intersection,
    revision: intersection.revision,
    issuedAt: new Date(start).toISOString(),
    deliverBefore: new Date(start + 10_000).toISOString(),
    expiresAt: new Date(start + 3_600_000).toISOString(),
    timing,
    ...more
  }
}

const randomDemand = (intersection: Intersection, ratios: readonly number[]) =>
  intersection.phases.map(({ id, saturationFlow }, index) => ({
    phase: id,
    counted: 0,
    queueGrowth: 0,
    saturationFlow,
    flowRatio: ratios[index % ratios.length] ?? 0,
    detectors: []
  }))

const ratios = fc.array(fc.double({ min: 0, max: 0.9, noNaN: true }), { minLength: 1, maxLength: 12, size: 'max' })
const halves = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 5, maxLength: 5 })

/** A timing by Webster with some seconds moved, and its cycle right, too short or too long. */
function disturb(
  intersection: Intersection,
  timing: SignalTiming,
  changes: readonly number[],
  slip: number
): SignalTiming {
  const greens = timing.greens.map((green, stage) => Math.max(0, green + (changes[stage] ?? 0) / 2))
  const moved =
    greens.reduce((total, green) => total + green, 0) - timing.greens.reduce((total, green) => total + green, 0)
  const cycle = Math.round((timing.cycle + moved + slip) * 1_000) / 1_000
  return { cycle, greens, offset: timing.offset % Math.max(1, intersection.cycle.minimum) }
}

test('both checks allow the same timings, and refuse the same', () => {
  let allowed = 0
  const refused = new Map<string, number>()
  fc.assert(
    fc.property(fc.integer(), ratios, halves, fc.constantFrom(0, 0, 0, 0, -1, 0.5), (seed, demand, changes, slip) => {
      const { intersection } = randomIntersection(seed)
      const made = webster(intersection, randomDemand(intersection, demand))
      if (!made) throw new Error('a valid intersection has a timing')
      const timing = disturb(intersection, made.timing, changes, slip)
      const verdict = checkTiming(intersection, timing)
      const controller = createController({ intersection, now: start })
      const answer = controller.receive(command(intersection, timing))
      expect(answer?.result).toBe(verdict.allowed ? 'accepted' : 'rejected')
      if (verdict.allowed) allowed++
      else {
        refused.set(verdict.code, (refused.get(verdict.code) ?? 0) + 1)
        const [code] = answer?.reason?.split(':') ?? []
        // Where a sum is wrong the centre says which part of the change would be cut.
        const sums = ['cycle-sum', 'yellow-change', 'red-clearance']
        if (sums.includes(verdict.code)) expect(code).toBe('cycle-sum')
      }
    }),
    { numRuns: 2_000, seed: 1 }
  )
  expect(allowed).toBeGreaterThan(300)
  for (const code of ['minimum-green', 'maximum-green', 'pedestrian', 'red-clearance', 'cycle-sum', 'cycle-limits']) {
    expect([code, (refused.get(code) ?? 0) > 5]).toEqual([code, true])
  }
})

test('what is allowed never shows a conflict and never cuts a green, a yellow or a red clearance', () => {
  let effective = 0
  fc.assert(
    fc.property(fc.integer(), ratios, halves, fc.integer({ min: 0, max: 200_000 }), (seed, demand, changes, shift) => {
      const { intersection } = randomIntersection(seed)
      const made = webster(intersection, randomDemand(intersection, demand))
      if (!made) throw new Error('a valid intersection has a timing')
      const disturbed = disturb(intersection, made.timing, changes, 0)
      const timing = checkTiming(intersection, disturbed).allowed ? disturbed : made.timing
      const controller = createController({ intersection, now: start - shift })
      const lamps = watch(controller, intersection, start - shift, start)
      expect(controller.receive(command(intersection, timing))?.result).toBe('accepted')
      const seconds = 3 * intersection.cycle.maximum + 3 * timing.cycle
      watch(controller, intersection, start, start + seconds * 1_000, lamps)
      expect(controller.state().commandId).toBe(`${intersection.intersection}/1`)
      controller.receive(
        command(intersection, timing, {
          commandId: 'release',
          kind: 'release',
          timing: undefined,
          deliverBefore: new Date(start + 9_000_000).toISOString()
        })
      )
      const end = start + seconds * 1_000
      watch(controller, intersection, end, end + 3 * intersection.cycle.maximum * 1_000, lamps)
      expect(controller.state().commandId).toBeUndefined()
      expect(controller.fault()).toBeUndefined()
      expectSafe(intersection, lamps)
      effective++
    }),
    { numRuns: 60, seed: 2 }
  )
  expect(effective).toBe(60)
})

type Lit = { display: string; from: number; to: number }

/** Looks at the lamps every tenth of a second; the times of limits in tests are tenths, so nothing is missed by more. */
function watch(
  controller: Controller,
  intersection: Intersection,
  from: number,
  to: number,
  lamps = new Map<number, Lit[]>()
): Map<number, Lit[]> {
  for (let now = from; now < to; now += 100) {
    controller.step(now)
    for (const { id } of intersection.phases) {
      const display = controller.displayOf(id)
      const runs = lamps.get(id) ?? []
      const last = runs.at(-1)
      if (last?.display === display) last.to = now + 100
      else runs.push({ display, from: now, to: now + 100 })
      lamps.set(id, runs)
    }
  }
  return lamps
}

const look = 100

function expectSafe(intersection: Intersection, lamps: ReadonlyMap<number, Lit[]>): void {
  for (const phase of intersection.phases) {
    const runs = (lamps.get(phase.id) ?? []).slice(0, -1)
    const least = Math.max(phase.minimumGreen, (phase.walk ?? 0) + (phase.pedestrianClear ?? 0)) * 1_000
    expect(runs.some(({ display }) => display === 'green')).toBe(true)
    for (const [index, { display, from, to }] of runs.entries()) {
      if (display === 'green') {
        expect(to - from).toBeGreaterThanOrEqual(least - look)
        expect(to - from).toBeLessThanOrEqual(phase.maximumGreen * 1_000 + look)
        expect(runs[index + 1]?.display ?? 'yellow').toBe('yellow')
      }
      if (display === 'yellow') expect(Math.abs(to - from - phase.yellowChange * 1_000)).toBeLessThanOrEqual(look)
    }
  }
  for (const [a, b] of intersection.conflicts) {
    for (const [first, second] of [
      [a, b],
      [b, a]
    ] as const) {
      const clearance = (intersection.phases.find(({ id }) => id === first)?.redClearance ?? 0) * 1_000
      const others = (lamps.get(second) ?? []).filter(({ display }) => display !== 'red')
      for (const lit of lamps.get(first) ?? []) {
        if (lit.display === 'red') continue
        const next = others.find((other) => other.to > lit.from)
        if (next) expect(next.from - lit.to).toBeGreaterThanOrEqual(clearance - look)
      }
    }
  }
}
