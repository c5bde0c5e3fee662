import type { Intersection, Phase, SignalCommandMessage, SignalTiming } from '@city-brain/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Controller, createController } from './controller.ts'

const midnight = Date.UTC(2026, 4, 4)
const text = (en: string) => ({ en, zh: en })

function phase(id: number, more: Partial<Phase> = {}): Phase {
  return {
    id,
    name: text(`Phase ${id}`),
    minimumGreen: 8,
    maximumGreen: 60,
    yellowChange: 3,
    redClearance: 2,
    lanes: 2,
    saturationFlow: 3_600,
    detectors: [],
    ...more
  }
}

/** Main street, side street with pedestrians beside it, and a leading turn that goes on into the main street's stage. */
function crossing(): Intersection {
  return {
    intersection: 'riverside-1',
    revision: 3,
    controller: 'controller-riverside-1',
    cycle: { minimum: 50, maximum: 120 },
    phases: [
      phase(1),
      phase(2),
      phase(3, { walk: 7, pedestrianClear: 9, minimumGreen: 6 }),
      phase(4, { maximumGreen: 30 })
    ],
    conflicts: [
      [1, 2],
      [1, 3],
      [2, 3],
      [2, 4],
      [3, 4]
    ],
    stages: [[1, 4], [1], [2], [3]],
    // 4 ends into stage 1, 1 after it, 2, 3: four changes of 5 s.
    plan: { cycle: 90, greens: [12, 18, 20, 20], offset: 10 }
  }
}

function command(
  timing: SignalTiming | undefined,
  at: number,
  more: Partial<SignalCommandMessage> = {}
): SignalCommandMessage {
  return {
    commandId: 'riverside-1/7',
    kind: timing ? 'set-timing' : 'release',
    intersection: 'riverside-1',
    revision: 3,
    issuedAt: new Date(at).toISOString(),
    deliverBefore: new Date(at + 10_000).toISOString(),
    expiresAt: new Date(at + 900_000).toISOString(),
    ...(timing ? { timing } : {}),
    ...more
  }
}

/** Steps through `seconds` in tenths and gives back the lengths of every green, yellow and red of each phase, in ms. */
function watch(controller: Controller, intersection: Intersection, from: number, seconds: number) {
  const runs = intersection.phases.map(({ id }) => ({
    id,
    runs: [] as { display: string; from: number; to: number }[]
  }))
  for (let now = from; now <= from + seconds * 1_000; now += 100) {
    controller.step(now)
    for (const { id, runs: own } of runs) {
      const display = controller.displayOf(id)
      const last = own.at(-1)
      if (last?.display === display) last.to = now + 100
      else own.push({ display, from: now, to: now + 100 })
    }
  }
  return new Map(runs.map(({ id, runs: own }) => [id, own]))
}

test('the local plan runs in step with its offset, in the cycle of the city', () => {
  const intersection = crossing()
  // Switched on at an odd moment: it begins with all red, and gets into step within a few cycles.
  const controller = createController({ intersection, now: midnight + 33_300 })
  expect(controller.greenOf(1)).toBe(false)
  const seen = watch(controller, intersection, midnight + 33_300, 1_800)
  const begins = (seen.get(1) ?? []).filter((run) => run.display === 'green').map((run) => run.from)
  for (const begin of begins.slice(-10)) expect((begin - midnight) % 90_000).toBe(10_000)
  expect(begins.length).toBeGreaterThan(15)
  expect(controller.state().mode).toBe('coordinated')
  expect(controller.fault()).toBeUndefined()
})

test('a phase that the next stage serves too stays green through the change', () => {
  const intersection = crossing()
  const controller = createController({ intersection, now: midnight + 5_000 })
  const seen = watch(controller, intersection, midnight + 5_000, 180)
  const [green, yellow] = (seen.get(1) ?? []).slice(1, 3)
  expect(green).toMatchObject({ display: 'green', from: midnight + 10_000, to: midnight + 10_000 + 35_000 })
  expect(yellow).toMatchObject({ display: 'yellow' })
})

describe('commands', () => {
  const asked: SignalTiming = { cycle: 100, greens: [14, 26, 22, 18], offset: 0 }

  test('a timing takes effect at the next cycle, and ends by itself without cutting anything', () => {
    const intersection = crossing()
    const controller = createController({ intersection, now: midnight + 5_000 })
    controller.step(midnight + 40_000)
    expect(
      controller.receive(command(asked, midnight + 40_000, { expiresAt: new Date(midnight + 420_000).toISOString() }))
    ).toEqual({
      commandId: 'riverside-1/7',
      result: 'accepted',
      dateObserved: '2026-05-04T00:00:40.000Z'
    })
    controller.step(midnight + 99_900)
    expect(controller.state()).toMatchObject({ mode: 'coordinated', timing: intersection.plan })
    controller.step(midnight + 100_000)
    expect(controller.state()).toMatchObject({
      mode: 'adaptive',
      timing: asked,
      commandId: 'riverside-1/7',
      stage: 0,
      stageAge: 0
    })
    controller.step(midnight + 420_000)
    expect(controller.state().commandId).toBe('riverside-1/7')
    controller.step(midnight + 530_000)
    expect(controller.state()).toMatchObject({ mode: 'coordinated', timing: intersection.plan })
    expect(controller.state().commandId).toBeUndefined()
  })

  test('release brings the local plan back at the next cycle', () => {
    const controller = createController({ intersection: crossing(), now: midnight + 5_000 })
    controller.receive(command(asked, midnight + 5_000))
    controller.step(midnight + 20_000)
    expect(controller.state().mode).toBe('adaptive')
    expect(controller.receive(command(undefined, midnight + 20_000, { commandId: 'riverside-1/8' }))?.result).toBe(
      'accepted'
    )
    controller.step(midnight + 21_000)
    expect(controller.state().mode).toBe('adaptive')
    controller.step(midnight + 140_000)
    expect(controller.state().mode).toBe('coordinated')
  })

  test('a repeated command gets the same answer, even when it has become late', () => {
    const controller = createController({ intersection: crossing(), now: midnight + 5_000 })
    const first = controller.receive(command(asked, midnight + 5_000))
    controller.step(midnight + 60_000)
    expect(controller.receive(command(asked, midnight + 5_000))).toEqual(first)
  })

  test.each<[string, SignalTiming | undefined, Partial<SignalCommandMessage>]>([
    ['stage-count', { ...asked, greens: [14, 26, 22] }, {}],
    ['cycle-sum', { ...asked, cycle: 99 }, {}],
    ['cycle-limits', { cycle: 130, greens: [24, 36, 30, 20], offset: 0 }, {}],
    ['minimum-green', { cycle: 100, greens: [26, 28, 6, 20], offset: 0 }, {}],
    ['maximum-green', { cycle: 120, greens: [31, 25, 22, 22], offset: 0 }, {}],
    ['maximum-green', { cycle: 120, greens: [28, 32, 20, 20], offset: 0 }, {}],
    ['pedestrian', { cycle: 100, greens: [14, 26, 25, 15], offset: 0 }, {}],
    ['offset', { ...asked, offset: 100 }, {}],
    ['malformed', { ...asked, greens: [Number.NaN, 26, 22, 18] }, {}],
    ['malformed', undefined, { kind: 'set-timing' }],
    ['malformed', asked, { revision: 'three' as unknown as number }],
    ['malformed', asked, { expiresAt: 'tomorrow' }],
    ['wrong-revision', asked, { revision: 2 }],
    ['wrong-intersection', asked, { intersection: 'riverside-2' }],
    ['late', asked, { deliverBefore: new Date(midnight + 4_999).toISOString() }],
    ['expired', asked, { expiresAt: new Date(midnight + 5_000).toISOString() }],
    ['unknown-kind', asked, { kind: 'preempt' as 'release' }]
  ])('%s is rejected with its reason, and the plan goes on', (code, timing, more) => {
    const controller = createController({ intersection: crossing(), now: midnight + 5_000 })
    const answer = controller.receive(command(timing, midnight + 5_000, more))
    expect(answer?.result).toBe('rejected')
    expect(answer?.reason?.split(':')[0]).toBe(code)
    controller.step(midnight + 200_000)
    expect(controller.state().mode).toBe('coordinated')
  })

  test('what bears no id cannot be answered', () => {
    const controller = createController({ intersection: crossing(), now: midnight })
    for (const message of [null, 'stop', [], {}, { commandId: 7 }, { commandId: 'x'.repeat(161) }]) {
      expect(controller.receive(message)).toBeUndefined()
    }
  })
})

test('SPaT says what each group shows and until when', () => {
  const controller = createController({ intersection: crossing(), now: midnight + 5_000 })
  const at = (seconds: number) => new Date(midnight + seconds * 1_000).toISOString()
  controller.step(midnight + 24_000)
  expect(controller.state()).toEqual({
    type: 'SignalState',
    id: 'riverside-1',
    dateObserved: at(24),
    revision: 3,
    mode: 'coordinated',
    stage: 0,
    stageAge: 14,
    timing: { cycle: 90, greens: [12, 18, 20, 20], offset: 10 },
    states: [
      { signalGroup: 1, state: 'protected-Movement-Allowed', minEndTime: at(45), maxEndTime: at(45) },
      { signalGroup: 2, state: 'stop-And-Remain', minEndTime: at(50), maxEndTime: at(50) },
      { signalGroup: 3, state: 'stop-And-Remain', minEndTime: at(75), maxEndTime: at(75) },
      { signalGroup: 4, state: 'protected-clearance', minEndTime: at(25), maxEndTime: at(25) }
    ]
  })
  controller.step(midnight + 80_000)
  // Its next green lies in the next cycle, whose timing may still change: only the earliest end is told.
  expect(controller.state().states[0]).toEqual({ signalGroup: 1, state: 'stop-And-Remain', minEndTime: at(100) })
})

test('pedestrians see walk, then their clearance, then red', () => {
  const intersection = crossing()
  const [, , pedestrians] = intersection.phases
  if (pedestrians) pedestrians.kind = 'pedestrian'
  const controller = createController({ intersection, now: midnight + 5_000 })
  const shown = [75, 85.9, 86, 97.9, 98].map((second) => {
    controller.step(midnight + second * 1_000)
    return controller.state().states[2]?.state
  })
  expect(shown).toEqual([
    'protected-Movement-Allowed',
    'protected-Movement-Allowed',
    'protected-clearance',
    'protected-clearance',
    'stop-And-Remain'
  ])
})

describe('the monitor', () => {
  test('switches to flashing when two conflicting phases would be lit, and nothing is accepted any more', () => {
    const intersection = crossing()
    const controller = createController({ intersection, now: midnight + 5_000 })
    // As a fault in the wiring would: from here on the lamps of 1 and 4 may not be lit together, but they are.
    intersection.conflicts.push([1, 4])
    controller.step(midnight + 9_900)
    expect(controller.fault()).toBeUndefined()
    expect(controller.step(midnight + 10_000)).toBe(true)
    expect(controller.fault()).toBe('phases 1 and 4 would meet')
    expect(controller.state().mode).toBe('flashing')
    expect(new Set(controller.state().states.map(({ state }) => state))).toEqual(
      new Set(['caution-Conflicting-Traffic'])
    )
    expect(controller.greenOf(1)).toBe(false)
    expect(controller.displayOf(2)).toBe('flashing')
    expect(controller.receive(command(undefined, midnight + 10_000))).toMatchObject({ result: 'rejected' })
  })

  test('a step over several cycles still sees a conflict that lies between', () => {
    const intersection = crossing()
    const controller = createController({ intersection, now: midnight + 5_000 })
    intersection.conflicts.push([1, 4])
    controller.step(midnight + 95_000)
    expect(controller.state().mode).toBe('flashing')
  })

  test('a controller whose own plan breaks a limit never shows a green', () => {
    const intersection = { ...crossing(), plan: { cycle: 90, greens: [12, 18, 35, 5], offset: 10 } }
    const controller = createController({ intersection, now: midnight })
    controller.step(midnight + 30_000)
    expect(controller.state().mode).toBe('flashing')
    expect(controller.fault()).toMatch(/^minimum-green/)
  })
})

test('whatever it is sent, lamps never conflict and no green, yellow or red clearance is cut', () => {
  const green = fc.integer({ min: 0, max: 80 }).map((halves) => halves / 2)
  const sent = fc.record({
    after: fc.integer({ min: 0, max: 1_500 }),
    greens: fc.tuple(green, green, green, green),
    offset: fc.integer({ min: 0, max: 60 }),
    duration: fc.integer({ min: 1, max: 600 }),
    release: fc.boolean()
  })
  let accepted = 0
  fc.assert(
    fc.property(
      fc.array(sent, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 89_999 }),
      (messages, start) => {
        const intersection = crossing()
        const controller = createController({ intersection, now: midnight + start })
        const inOrder = [...messages].sort((a, b) => a.after - b.after)
        let at = midnight + start
        const seen = new Map<number, { display: string; from: number; to: number }[]>()
        const look = (until: number) => {
          for (const [id, runs] of watch(controller, intersection, at, (until - at) / 1_000)) {
            const all = seen.get(id) ?? []
            for (const run of runs) {
              const last = all.at(-1)
              if (last?.display === run.display) last.to = run.to
              else all.push(run)
            }
            seen.set(id, all)
          }
          at = until
        }
        inOrder.forEach(({ after, greens, offset, duration, release }, index) => {
          look(midnight + start + after * 1_000)
          const cycle = greens.reduce((total, value) => total + value, 20)
          const message = command(release ? undefined : { cycle, greens, offset }, at, {
            commandId: `riverside-1/${index}`,
            expiresAt: new Date(at + duration * 1_000).toISOString()
          })
          if (controller.receive(message)?.result === 'accepted' && !release) accepted++
        })
        look(at + 300_000)
        expect(controller.fault()).toBeUndefined()
        expectSafe(intersection, seen)
      }
    ),
    { numRuns: 60, seed: 7 }
  )
  expect(accepted).toBeGreaterThan(20)
})

function expectSafe(
  intersection: Intersection,
  seen: ReadonlyMap<number, { display: string; from: number; to: number }[]>
) {
  for (const { id, minimumGreen, maximumGreen, walk = 0, pedestrianClear = 0, yellowChange } of intersection.phases) {
    // The last of each is still going on.
    const runs = (seen.get(id) ?? []).slice(0, -1)
    for (const { display, from, to } of runs) {
      const least = Math.max(minimumGreen, walk + pedestrianClear) * 1_000
      if (display === 'green') {
        // Looked at in tenths: an edge between two looks is seen up to 100 ms late.
        expect(to - from).toBeGreaterThanOrEqual(least - 100)
        expect(to - from).toBeLessThanOrEqual(maximumGreen * 1_000 + 100)
      }
      if (display === 'yellow') expect(Math.abs(to - from - yellowChange * 1_000)).toBeLessThanOrEqual(100)
    }
    runs.forEach((run, index) => {
      if (run.display === 'green' && runs[index + 1]) expect(runs[index + 1]?.display).toBe('yellow')
    })
  }
  for (const [a, b] of intersection.conflicts) {
    for (const [one, other] of [
      [a, b],
      [b, a]
    ] as const) {
      const clearance = (intersection.phases.find(({ id }) => id === one)?.redClearance ?? 0) * 1_000
      const greens = (seen.get(other) ?? []).filter((run) => run.display !== 'red')
      for (const lit of (seen.get(one) ?? []).filter((run) => run.display !== 'red')) {
        for (const green of greens) {
          if (green.from >= lit.from) expect(green.from - lit.to).toBeGreaterThanOrEqual(clearance - 100)
        }
      }
    }
  }
}
