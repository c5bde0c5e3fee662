import type { Draft } from '@city-brain/model'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTiming } from './check-timing.ts'
import { createSignalsView } from './signals-view.ts'
import { countRushHour, createSignalsStory, rushHour, type SignalsStory } from './testing/signals-story.ts'
import { twoStreets, twoStreetsAssets } from './testing/two-streets.ts'

const newView = () => createSignalsView({ intersections: [twoStreets()], assets: twoStreetsAssets() })

/** A rush hour, then a request that is commanded. */
function commanded(): SignalsStory {
  const story = createSignalsStory(newView())
  rushHour(story)
  story.report()
  story.request()
  return story
}

describe('a request', () => {
  test('is answered by a decision with its values and their offsets, and a command that passes the safety check', () => {
    const story = commanded()
    const [decision, ...more] = story.decisions()
    expect(more).toEqual([])
    expect(decision).toMatchObject({
      outcome: 'commanded',
      rule: 'congestion',
      ruleVersion: 2,
      before: twoStreets().plan
    })
    // 19 vehicles in 30 s, and a queue that grows.
    expect(decision?.demand[0]).toMatchObject({ phase: 1, counted: 2_280, saturationFlow: 3_600 })
    expect(decision?.demand[0]?.queueGrowth).toBeGreaterThan(100)
    expect(decision?.demand[1]).toMatchObject({ phase: 2, counted: 600, queueGrowth: 0 })
    const causes = decision?.causes.map((offset) => story.entries[offset - 1]?.kind)
    expect(new Set(causes)).toEqual(new Set(['reading', 'spat', 'timing-request']))
    // Five minutes of four detectors, every 30 s.
    expect(causes?.filter((kind) => kind === 'reading').length).toBe(40)

    const command = story.lastCommand()
    expect(command).toMatchObject({
      kind: 'set-timing',
      intersection: 'riverside-1',
      revision: 3,
      timing: decision?.after
    })
    expect(Date.parse(command.deliverBefore) - Date.parse(command.issuedAt)).toBe(10_000)
    expect(Date.parse(command.expiresAt) - Date.parse(command.issuedAt)).toBe(600_000)
    expect(checkTiming(twoStreets(), command, { now: story.now() })).toEqual({ allowed: true })
    expect(story.transitions()[0]).toMatchObject({
      state: 'requested',
      commandId: decision?.commandId,
      controller: 'controller-1',
      decision: decision?.decision
    })
    expect(command.timing).toEqual({ cycle: 120, greens: [70, 40], offset: 5 })
    expect(decision?.limits.map(({ en }) => en)).toEqual([
      'Cycle of 127 s capped at 120 s',
      'Phase 1: 88.2 s held at the maximum green of 70 s'
    ])
  })

  test('without any measurement is refused', () => {
    const story = createSignalsStory(newView())
    story.wait(1)
    story.report()
    story.request()
    expect(story.decisions()).toMatchObject([{ outcome: 'refused', demand: [{ fallback: 'no-data' }, {}, {}] }])
    expect(story.decisions()[0]?.reason?.en).toMatch(/^No detector/)
    expect(story.life()).toEqual([])
  })

  test('whose timing differs little is left alone', () => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.report()
    story.request()
    const { timing } = story.lastCommand()
    const again = createSignalsStory(newView())
    rushHour(again)
    again.report({
      timing: timing && { ...timing, greens: timing.greens.map((green, stage) => green + (stage === 0 ? 1 : -1)) }
    })
    again.request()
    expect(again.decisions()).toMatchObject([{ outcome: 'unchanged' }])
    expect(again.life()).toEqual([])
  })

  test('renews a running command that ends soon, and leaves one that goes on', () => {
    const story = commanded()
    const first = story.lastCommand()
    story.delivery(first.commandId, 'sent')
    story.answer(first.commandId, 'accepted')
    const run = (seconds: number) =>
      story.wait(seconds, () => {
        story.reportRunning(first)
        if (Math.round(story.now() / 1_000) % 30 !== 0) return
        for (const lane of ['det-w1', 'det-w2']) story.reading(lane, { intensity: 11, occupancy: 0.8 })
        story.reading('det-n', { intensity: 5, occupancy: 0.1 })
        story.reading('det-e', { intensity: 8, occupancy: 0.1 })
      })
    run(30)
    story.request()
    expect(story.decisions().at(-1)).toMatchObject({ outcome: 'unchanged' })
    run(450)
    story.request()
    expect(story.decisions().at(-1)).toMatchObject({ outcome: 'commanded' })
    expect(story.lastCommand().commandId).not.toBe(first.commandId)
    // The very same timing: only its end is new.
    expect(story.lastCommand().timing).toEqual(first.timing)
  })

  test('of an intersection that the city does not have is not answered', () => {
    const story = createSignalsStory(newView())
    story.wait(1)
    const offset = story.request()
    const other = story.entries[offset - 1]
    const view = newView()
    expect(other && view.apply({ ...other, entity: 'elsewhere' })).toBeUndefined()
  })
})

describe('the state of the controller', () => {
  test('is needed: a request waits for it, says so once, and is taken up when it comes', () => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.request()
    story.wait(20)
    expect(story.decisions()).toMatchObject([{ outcome: 'no-state', before: twoStreets().plan }])
    story.report()
    expect(story.decisions().map(({ outcome }) => outcome)).toEqual(['no-state', 'commanded'])
    expect(story.decisions()[1]?.request).toBe(story.decisions()[0]?.request)
  })

  test.each([
    [4, 'commanded'],
    [6, 'no-state']
  ])('counts for five seconds: after %d s a request is %s', (silence, outcome) => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.report()
    story.wait(silence)
    story.request()
    expect(story.decisions()).toMatchObject([{ outcome }])
  })

  test('from before a restart does not count, whether a tick came since or not', () => {
    for (const ticks of [0, 1, 2]) {
      const before = newView()
      const story = createSignalsStory(before)
      rushHour(story)
      story.report()
      // kill -9 and start again: the snapshot is as fresh as can be.
      const state = JSON.parse(JSON.stringify(before.snapshot()))
      before.restore(state)
      story.goDown(3)
      story.wait(ticks)
      story.request()
      expect(story.decisions()).toMatchObject([{ outcome: 'no-state' }])
      expect(story.life()).toEqual([])
      story.wait(1, () => story.report())
      expect(story.decisions().at(-1)).toMatchObject({ outcome: 'commanded' })
    }
  })

  test('ends when its device goes offline', () => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.report()
    story.append({ kind: 'status', entity: 'controller-1', source: 'controller-1', payload: { status: 'offline' } })
    story.request()
    expect(story.decisions()).toMatchObject([{ outcome: 'no-state' }])
  })

  test('that the network held back is no news', () => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.report()
    story.wait(6)
    story.report({ dateObserved: new Date(story.now() - 60_000).toISOString() })
    story.request()
    expect(story.decisions()).toMatchObject([{ outcome: 'no-state' }])
  })

  test.each([
    [{ mode: 'flashing' as const }, /mode flashing/],
    [{ revision: 4 }, /revision 4/]
  ])('refuses where it cannot be commanded: %o', (state, reason) => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.report(state)
    story.request()
    expect(story.decisions()).toMatchObject([{ outcome: 'refused' }])
    expect(story.decisions()[0]?.reason?.en).toMatch(reason)
    expect(story.life()).toEqual([])
  })

  test('measurements grow old while the city is down', () => {
    const story = createSignalsStory(newView())
    rushHour(story)
    story.goDown(3_600)
    story.wait(1, () => story.report())
    story.wait(1, () => story.report())
    story.request()
    expect(story.decisions()).toMatchObject([{ outcome: 'refused', demand: [{ fallback: 'stale' }, {}, {}] }])
  })
})

describe('the life of a command', () => {
  test('requested, sent, acknowledged, effective, and expired at its end', () => {
    const story = commanded()
    const command = story.lastCommand()
    story.delivery(command.commandId, 'sent')
    story.answer(command.commandId, 'accepted')
    // Repeated delivery brings a repeated answer.
    story.answer(command.commandId, 'accepted')
    story.wait(20, () => story.report())
    expect(story.life()).toEqual(['requested', 'sent', 'acknowledged'])
    story.wait(580, () => story.reportRunning(command))
    expect(story.life()).toEqual(['requested', 'sent', 'acknowledged', 'effective', 'expired'])
    expect(story.transitions().at(-1)?.reason).toBe('its time has ended')
    story.wait(60, () => story.report())
    expect(story.life().length).toBe(5)
  })

  test('ends early when the controller goes back to its local plan', () => {
    const story = commanded()
    const command = story.lastCommand()
    story.answer(command.commandId, 'accepted')
    story.wait(10, () => story.reportRunning(command))
    story.wait(1, () => story.report())
    expect(story.life()).toEqual(['requested', 'acknowledged', 'effective', 'expired'])
    expect(story.transitions().at(-1)?.reason).toBe('the controller runs its local plan')
  })

  test('rejected with the reason of the controller, and the next one is free to go', () => {
    const story = commanded()
    const command = story.lastCommand()
    story.delivery(command.commandId, 'sent')
    story.answer(command.commandId, 'rejected', 'minimum-green: phase 2')
    expect(story.life()).toEqual(['requested', 'sent', 'rejected'])
    expect(story.transitions().at(-1)?.reason).toBe('minimum-green: phase 2')
    story.request()
    expect(story.decisions().at(-1)?.outcome).toBe('commanded')
  })

  test('never delivered: delivery lets it expire, and that is recorded once', () => {
    const story = commanded()
    story.wait(11, () => story.report())
    story.delivery(story.lastCommand().commandId, 'expired')
    story.wait(700, () => story.report())
    expect(story.life()).toEqual(['requested', 'expired'])
  })

  test('given up by delivery, but running after all: what the controller reports is the truth', () => {
    const story = commanded()
    const command = story.lastCommand()
    story.delivery(command.commandId, 'sent')
    story.wait(11, () => story.report())
    story.delivery(command.commandId, 'expired')
    story.answer(command.commandId, 'accepted')
    story.wait(1, () => story.reportRunning(command))
    expect(story.life()).toEqual(['requested', 'sent', 'expired', 'acknowledged', 'effective'])
  })

  test('acknowledged but never begun: it expires', () => {
    const story = commanded()
    story.answer(story.lastCommand().commandId, 'accepted')
    story.wait(600, () => story.report())
    expect(story.life()).toEqual(['requested', 'acknowledged', 'expired'])
    expect(story.transitions().at(-1)?.reason).toBe('it never took effect')
  })

  test('delivery that says nothing at all blocks an intersection for no longer than 30 s, and leaves no open end', () => {
    const story = commanded()
    story.wait(29, () => story.report())
    story.request()
    expect(story.decisions().at(-1)?.outcome).toBe('refused')
    story.wait(2, () => story.report())
    expect(story.decisions().at(-1)?.outcome).toBe('commanded')
    const [first] = story.transitions()
    story.wait(640, () => story.report())
    expect(story.life(first?.commandId)).toEqual(['requested', 'expired'])
  })

  test('one at a time: a second request waits for the end of the first command, and is then taken up', () => {
    const story = commanded()
    const first = story.lastCommand()
    const second = story.request()
    story.wait(5, () => story.report())
    expect(story.decisions().map(({ outcome }) => outcome)).toEqual(['commanded', 'refused'])
    expect(story.decisions()[1]?.reason?.en).toContain(first.commandId)
    story.answer(first.commandId, 'rejected', 'no')
    expect(story.decisions().at(-1)).toMatchObject({ outcome: 'commanded', request: second })
  })

  test('a newer command that takes effect ends the one before', () => {
    const story = commanded()
    const first = story.lastCommand()
    story.answer(first.commandId, 'accepted')
    story.wait(1, () => story.reportRunning(first))
    story.wait(400, () => {
      story.reportRunning(first)
      if (Math.round(story.now() / 1_000) % 30 !== 0) return
      for (const id of ['det-w1', 'det-w2', 'det-e']) story.reading(id, { intensity: 3, occupancy: 0.1 })
      story.reading('det-n', { intensity: 25, occupancy: 0.3 })
    })
    // By its count the approach from W would lose green; whoever asks because W is congested does not get that.
    story.request()
    expect(story.lastCommand().commandId).toBe(first.commandId)
    expect(story.decisions().at(-1)).toMatchObject({
      outcome: 'unchanged',
      reason: { en: expect.stringContaining('smaller share') }
    })
    story.request(600_000, 'det-n')
    const second = story.lastCommand()
    expect(second.commandId).not.toBe(first.commandId)
    story.answer(second.commandId, 'accepted')
    story.wait(1, () => story.reportRunning(second))
    expect(story.life(first.commandId)).toEqual(['requested', 'acknowledged', 'effective', 'expired'])
    expect(story.life(second.commandId)).toEqual(['requested', 'acknowledged', 'effective'])
    expect(story.transitions().find(({ state }) => state === 'expired')?.reason).toBe(
      `superseded by ${second.commandId}`
    )
  })
})

describe('an operator', () => {
  test('releases a signal: the command ends, the release is done, and rules leave it alone for five minutes', () => {
    const story = commanded()
    const timing = story.lastCommand()
    story.answer(timing.commandId, 'accepted')
    story.wait(1, () => story.reportRunning(timing))
    story.release()
    const release = story.lastCommand()
    expect(release).toMatchObject({ kind: 'release', revision: 3 })
    expect(release.timing).toBeUndefined()
    expect(story.decisions().at(-1)).toMatchObject({ rule: 'operator', outcome: 'commanded', after: twoStreets().plan })
    story.answer(release.commandId, 'accepted')
    story.wait(30, () => story.reportRunning(timing))
    expect(story.life(release.commandId)).toEqual(['requested', 'acknowledged'])
    story.wait(1, () => story.report())
    expect(story.life(release.commandId)).toEqual(['requested', 'acknowledged', 'effective'])
    expect(story.life(timing.commandId)).toEqual(['requested', 'acknowledged', 'effective', 'expired'])
    story.request()
    expect(story.decisions().at(-1)).toMatchObject({ outcome: 'refused' })
    expect(story.decisions().at(-1)?.reason?.en).toMatch(/^An operator has released/)
    story.wait(300, () => story.report())
    story.request()
    expect(story.decisions().at(-1)?.reason?.en).not.toMatch(/^An operator has released/)
  })

  test('releases what runs its local plan already: nothing to do', () => {
    const story = createSignalsStory(newView())
    story.wait(1, () => story.report())
    story.release()
    expect(story.decisions()).toMatchObject([{ rule: 'operator', outcome: 'unchanged' }])
    expect(story.life()).toEqual([])
  })

  test('a release waits for a command on its way, which could otherwise arrive after it', () => {
    const story = commanded()
    const timing = story.lastCommand()
    story.release()
    expect(story.lastCommand()).toEqual(timing)
    expect(story.decisions().at(-1)).toMatchObject({ rule: 'operator', outcome: 'refused' })
    story.answer(timing.commandId, 'accepted')
    expect(story.lastCommand().kind).toBe('release')
  })

  test('a release waits for the state of the controller', () => {
    const story = createSignalsStory(newView())
    story.wait(1)
    story.release()
    expect(story.decisions()).toMatchObject([{ outcome: 'no-state', rule: 'operator' }])
    story.report({ commandId: 'of-another-journal' })
    expect(story.lastCommand().kind).toBe('release')
  })
})

test('readings that are late or backfilled, and other detectors, say nothing about now', () => {
  const story = createSignalsStory(newView())
  story.wait(1)
  for (const detector of ['det-w1', 'det-w2', 'det-n', 'det-e']) {
    story.reading(detector, { intensity: 9 }, { flags: ['late'] })
    story.reading(detector, { intensity: 9 }, { backfill: true })
  }
  story.reading('elsewhere', { intensity: 9 })
  story.report()
  story.request()
  expect(story.decisions()[0]?.demand.map(({ fallback }) => fallback)).toEqual(['no-data', 'no-data', 'no-data'])
})

test('a snapshot of another format is left aside', () => {
  const view = newView()
  view.restore({ format: 0, nonsense: true })
  expect(view.snapshot()).toMatchObject({ format: 1, intersections: { 'riverside-1': { live: [] } } })
})

test('the same entries give the same outcomes, whenever the view was stopped and restored between them', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) })
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('request' as const), seconds: fc.integer({ min: 30, max: 600 }) })
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('down' as const), seconds: fc.integer({ min: 1, max: 900 }) })
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('sent', 'lost', 'accept', 'reject', 'run', 'release', 'plan', 'silent')
      })
    }
  )
  let commands = 0
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 15, maxLength: 40, size: 'max' }),
      fc.array(fc.nat({ max: 5_000 }), { maxLength: 5 }),
      (steps, stops) => {
        const story = createSignalsStory(newView())
        rushHour(story)
        let running: (() => void) | undefined = () => story.report()
        for (const one of steps) {
          const command = story.transitions().findLast(({ message }) => message)?.message
          if (one.kind === 'wait') {
            story.wait((one as { seconds: number }).seconds, () => {
              running?.()
              countRushHour(story, 0.5)
            })
          } else if (one.kind === 'request') story.request((one as { seconds: number }).seconds * 1_000)
          else if (one.kind === 'down') story.goDown((one as { seconds: number }).seconds)
          else if (one.kind === 'release') story.release()
          else if (one.kind === 'plan') running = () => story.report()
          else if (one.kind === 'silent') running = undefined
          else if (!command) continue
          else if (one.kind === 'sent') story.delivery(command.commandId, 'sent')
          else if (one.kind === 'lost') story.delivery(command.commandId, 'expired')
          else if (one.kind === 'accept') story.answer(command.commandId, 'accepted')
          else if (one.kind === 'reject') story.answer(command.commandId, 'rejected', 'no')
          else running = () => story.reportRunning(command)
        }
        commands += story.life().length
        const written = story.entries.filter(({ source }) => source === 'view:signals')
        expect(replay(story, new Set(stops))).toEqual(
          written.map(({ kind, entity, payload }) => ({ kind, entity, payload }))
        )
      }
    ),
    { numRuns: 60, seed: 21 }
  )
  expect(commands).toBeGreaterThan(100)
})

/** Applies a story's entries to a new view, with a restart before the offsets given; what it would have appended. */
function replay(story: SignalsStory, stops: ReadonlySet<number>) {
  let view = newView()
  const drafts: Draft[] = []
  for (const entry of story.entries) {
    if (stops.has(entry.offset)) {
      const state: unknown = JSON.parse(JSON.stringify(view.snapshot()))
      view = newView()
      view.restore(state)
    }
    if (view.kinds.includes(entry.kind)) drafts.push(...(view.apply(entry) ?? []))
  }
  expect(new Set(drafts.map(({ id }) => id)).size).toBe(drafts.length)
  return drafts.map(({ kind, entity, payload }) => ({ kind, entity, payload }))
}
