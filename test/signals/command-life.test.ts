import { readFileSync } from 'node:fs'
import {
  type AssetCollection,
  type Draft,
  type Entry,
  type Intersection,
  parseYamlDocument,
  type SignalCommandMessage
} from '@city-brain/model'
import { createSignalStates, createSignalsView, loadIntersections } from '@city-brain/signals'
import { type Controller, createController } from '@city-brain/simulators'
import { expect, test } from 'vitest'

/** Centre and street together: what the view commands is delivered to a controller, whose answers and reports come back. */
const start = Date.UTC(2026, 4, 4, 8)

function createStreet(intersection: Intersection, view: ReturnType<typeof createSignalsView>, controller: Controller) {
  const states = createSignalStates({ intersections: [intersection] })
  const entity = intersection.intersection
  let now = start
  let offset = 0
  let monotonic = 0
  let waiting: SignalCommandMessage[] = []

  function append(draft: Draft): void {
    const { id: _, ...rest } = draft
    const entry = { receivedAt: now, ...rest, offset: ++offset } as Entry
    if (states.kinds.includes(entry.kind)) states.apply(entry)
    const outcomes = view.kinds.includes(entry.kind) ? (view.apply(entry) ?? []) : []
    for (const outcome of outcomes) {
      if (outcome.kind === 'command' && outcome.payload.message) waiting.push(outcome.payload.message)
      append(outcome)
    }
  }

  return {
    states,
    append,
    /** A second: lamps move on, commands arrive, the controller answers and reports, detectors count. */
    pass(seconds: number, intensity: (phase: number) => number) {
      for (let second = 0; second < seconds; second++) {
        now += 1_000
        monotonic += 1_000
        append({ kind: 'tick', entity: '', source: 'system', payload: { now, monotonic } })
        controller.step(now)
        for (const message of waiting) {
          append({
            kind: 'command',
            entity,
            source: 'delivery',
            payload: { commandId: message.commandId, state: 'sent', causes: [] }
          })
          const answer = controller.receive(JSON.parse(JSON.stringify(message)))
          if (answer) append({ kind: 'ack', entity, source: intersection.controller, payload: answer })
        }
        waiting = []
        append({ kind: 'spat', entity, source: intersection.controller, payload: controller.state() })
        if (monotonic % 60_000 !== 0) continue
        for (const phase of intersection.phases) {
          for (const detector of phase.detectors) {
            append({
              kind: 'reading',
              entity: detector,
              source: detector,
              payload: {
                type: 'TrafficFlowObserved',
                dateObserved: new Date(now).toISOString(),
                values: { intensity: intensity(phase.id), occupancy: 0.1 }
              }
            })
          }
        }
      }
    },
    request(duration: number) {
      append({
        kind: 'timing-request',
        entity,
        source: 'view:rules',
        payload: {
          rule: 'congestion',
          ruleVersion: 1,
          because: 'det',
          values: {},
          causes: [],
          duration,
          text: { en: 'Congestion', zh: '拥堵' }
        }
      })
    },
    command: () => states.commands(entity)[0]
  }
}

/** The intersection of docs/signals.md, so that what is written there is what works. */
function measuredIntersection(): { intersection: Intersection; assets: AssetCollection } {
  const docs = readFileSync(new URL('../../docs/signals.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /```yaml\n(intersection:[^`]+)```/.exec(docs) ?? []
  const name = { en: 'Riverside 1', zh: '滨河一' }
  const feature = { type: 'Feature' as const, geometry: null }
  const detector = { kind: 'detector' as const, name, area: 'riverside', period: 60 }
  const assets: AssetCollection = {
    type: 'FeatureCollection',
    features: [
      { ...feature, id: 'riverside-1', properties: { kind: 'intersection', name, area: 'riverside' } },
      { ...feature, id: 'det-w1', properties: { ...detector, laneId: 1, approach: 'W' } },
      { ...feature, id: 'det-w2', properties: { ...detector, laneId: 2, approach: 'W' } },
      { ...feature, id: 'det-n', properties: { ...detector, approach: 'N' } }
    ]
  }
  const { intersections, problems } = loadIntersections({
    documents: [parseYamlDocument('docs/signals.md', yaml)],
    assets
  })
  expect(problems).toEqual([])
  const [intersection] = intersections
  if (!intersection) throw new Error('docs/signals.md describes no intersection')
  return { intersection, assets }
}

test('measured demand becomes a timing that the street runs, and the local plan comes back by itself', () => {
  const { intersection, assets } = measuredIntersection()
  const sharesWhereBusy = [0, 1].map((stage) => {
    const controller = createController({ intersection, now: start })
    const street = createStreet(intersection, createSignalsView({ intersections: [intersection], assets }), controller)
    street.pass(400, (phase) => (intersection.stages[stage]?.includes(phase) ? 24 : 6))
    street.request(900_000)
    expect(street.command()?.state).toBe('requested')
    street.pass(1, () => 2)
    expect(street.command()?.state).toBe('acknowledged')
    street.pass(2 * intersection.cycle.maximum, () => 2)
    expect(street.command()).toMatchObject({ state: 'effective', decision: { outcome: 'commanded' } })
    const { timing } = controller.state()
    expect(timing).toEqual(street.command()?.message.timing)
    street.pass(900, () => 2)
    expect(street.command()?.state).toBe('expired')
    expect(controller.state()).toMatchObject({ mode: 'coordinated', timing: intersection.plan })
    const { times } = street.command() ?? {}
    expect(Object.keys(times ?? {})).toEqual(['requested', 'sent', 'acknowledged', 'effective', 'expired'])
    return timing.greens.map((green) => green / timing.cycle)
  })
  // Whichever stage is busy gets the larger share of the cycle.
  const [first, second] = sharesWhereBusy
  expect(first?.[0]).toBeGreaterThan(second?.[0] ?? Number.POSITIVE_INFINITY)
  expect(second?.[1]).toBeGreaterThan(first?.[1] ?? Number.POSITIVE_INFINITY)
})

test('a controller of another revision is not commanded at all', () => {
  const { intersection, assets } = measuredIntersection()
  const controller = createController({
    intersection: { ...intersection, revision: intersection.revision + 1 },
    now: start
  })
  const street = createStreet(intersection, createSignalsView({ intersections: [intersection], assets }), controller)
  street.pass(400, () => 9)
  street.request(900_000)
  expect(street.command()).toBeUndefined()
})

test('a controller with a stricter limit than the centre knows rejects, and the street goes on as it was', () => {
  const { intersection, assets } = measuredIntersection()
  const busy = intersection.stages[1]?.at(-1)
  const strict = structuredClone(intersection)
  // Its cabinet was set for shorter cycles than the city's files say.
  strict.cycle.maximum = intersection.plan.cycle
  const controller = createController({ intersection: strict, now: start })
  const street = createStreet(intersection, createSignalsView({ intersections: [intersection], assets }), controller)
  street.pass(400, (phase) => (phase === busy ? 40 : 30))
  street.request(900_000)
  street.pass(1, () => 9)
  expect(street.command()).toMatchObject({ state: 'rejected' })
  expect(street.command()?.reason).toMatch(/^cycle-limits/)
  street.pass(300, () => 9)
  expect(controller.state()).toMatchObject({ mode: 'coordinated', timing: intersection.plan })
})

test('an operator releases a signal, and the street is back on its local plan within two cycles', () => {
  const { intersection, assets } = measuredIntersection()
  const controller = createController({ intersection, now: start })
  const street = createStreet(intersection, createSignalsView({ intersections: [intersection], assets }), controller)
  const busy = intersection.stages[1]?.at(-1)
  street.pass(400, (phase) => (phase === busy ? 24 : 6))
  street.request(3_600_000)
  street.pass(2 * intersection.cycle.maximum, () => 2)
  expect(controller.state().mode).toBe('adaptive')
  const { intersection: subject } = intersection
  street.append({
    kind: 'operator-action',
    entity: subject,
    source: 'operator:lin',
    payload: { action: 'release-signal', operator: 'lin', subject }
  })
  street.pass(2 * intersection.cycle.maximum, () => 2)
  expect(controller.state()).toMatchObject({ mode: 'coordinated', timing: intersection.plan })
  expect(street.states.commands(subject).map(({ message, state }) => [message.kind, state])).toEqual([
    ['release', 'effective'],
    ['set-timing', 'expired']
  ])
})
