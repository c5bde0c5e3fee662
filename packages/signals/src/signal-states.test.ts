import type { LatestSignal } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createSignalStates } from './signal-states.ts'
import { createSignalsView } from './signals-view.ts'
import { createSignalsStory, morning, rushHour } from './testing/signals-story.ts'
import { twoStreets, twoStreetsAssets } from './testing/two-streets.ts'

const newStates = () => createSignalStates({ intersections: [twoStreets()] })

function watched() {
  const states = newStates()
  const changes: { changed: readonly LatestSignal[]; to: number }[] = []
  const end = states.onChange((changed, to) => changes.push({ changed, to }))
  return { states, changes, end, story: createSignalsStory(states) }
}

/** The entries of a whole command, made by the view that commands. */
function commandedStory() {
  const story = createSignalsStory(createSignalsView({ intersections: [twoStreets()], assets: twoStreetsAssets() }))
  rushHour(story)
  story.report()
  story.request()
  const command = story.lastCommand()
  story.delivery(command.commandId, 'sent')
  story.answer(command.commandId, 'accepted')
  story.wait(3, () => story.reportRunning(command))
  return { story, command }
}

test('the newest report of each intersection, by its offset', () => {
  const { states, changes, story } = watched()
  expect(states.all()).toEqual([])
  story.wait(1, () => story.report())
  expect(states.all()).toMatchObject([{ intersection: 'riverside-1', offset: 2, stale: false, state: { stage: 0 } }])
  expect(states.get('riverside-1')).toEqual(states.all()[0])
  expect(states.get('elsewhere')).toBeUndefined()
  expect(changes).toEqual([{ changed: states.all(), to: 2 }])
})

test('a report by the device that names its intersection, and one that nobody can place', () => {
  const one = twoStreets()
  const other = { ...twoStreets(), intersection: 'riverside-2' }
  const states = createSignalStates({ intersections: [one, other] })
  const story = createSignalsStory(states)
  story.wait(1)
  const named = story.of('tick')[0]
  const spat = (entity: string, id?: string) => ({
    ...story.entries[0],
    offset: 9,
    receivedAt: named?.receivedAt ?? 0,
    kind: 'spat' as const,
    entity,
    source: 'controller-1',
    payload: {
      ...(id ? { id } : {}),
      dateObserved: new Date(morning).toISOString(),
      revision: 3,
      mode: 'coordinated' as const,
      stage: 1,
      stageAge: 0,
      timing: one.plan,
      states: []
    }
  })
  states.apply(spat('controller-1'))
  expect(states.all()).toEqual([])
  states.apply(spat('controller-1', 'riverside-2'))
  expect(states.all().map(({ intersection }) => intersection)).toEqual(['riverside-2'])
})

test('silence of more than 5 s, an offline device and a restart make it stale, each told once', () => {
  const { states, changes, story } = watched()
  const stale = () => states.get('riverside-1')?.stale
  story.wait(1, () => story.report())
  story.wait(5)
  expect(stale()).toBe(false)
  story.wait(3)
  expect(stale()).toBe(true)
  expect(changes.map(({ changed }) => changed[0]?.stale)).toEqual([false, true])
  story.report()
  expect(stale()).toBe(false)
  story.append({ kind: 'status', entity: 'controller-1', source: 'controller-1', payload: { status: 'offline' } })
  expect(stale()).toBe(true)
  story.report()
  story.goDown(4)
  story.wait(1)
  expect(stale()).toBe(true)
  expect(changes.map(({ changed }) => changed[0]?.stale)).toEqual([false, true, false, true, false, true])
})

test("a command's life with its decision and the time of each state", () => {
  const { story, command } = commandedStory()
  const states = newStates()
  for (const entry of story.entries) if (states.kinds.includes(entry.kind)) states.apply(entry)
  const [shown, ...more] = states.commands('riverside-1')
  expect(more).toEqual([])
  expect(shown).toMatchObject({
    id: command.commandId,
    intersection: 'riverside-1',
    controller: 'controller-1',
    state: 'effective',
    message: command,
    decision: { outcome: 'commanded', commandId: command.commandId },
    times: {
      requested: '2026-05-04T08:10:00.000Z',
      sent: '2026-05-04T08:10:00.000Z',
      acknowledged: '2026-05-04T08:10:00.000Z',
      effective: '2026-05-04T08:10:01.000Z'
    }
  })
  expect(states.get('riverside-1')?.command).toEqual(shown)
})

test('commands are newest first and bounded; a reason shows while it holds', () => {
  const { states, story } = watched()
  story.wait(1, () => story.report())
  const command = (commandId: string, state: 'requested' | 'rejected', reason?: string) =>
    story.append({
      kind: 'command',
      entity: 'riverside-1',
      source: 'view:signals',
      payload: {
        commandId,
        state,
        ...(reason ? { reason } : {}),
        ...(state === 'requested'
          ? {
              controller: 'controller-1',
              message: {
                commandId,
                kind: 'release' as const,
                intersection: 'riverside-1',
                revision: 3,
                issuedAt: '2026-05-04T08:00:00Z',
                deliverBefore: '2026-05-04T08:00:10Z',
                expiresAt: '2026-05-04T08:00:10Z'
              }
            }
          : {}),
        causes: []
      }
    })
  for (let index = 1; index <= 25; index++) command(`c-${index}`, 'requested')
  command('c-25', 'rejected', 'late')
  command('never-seen', 'rejected', 'late')
  expect(states.commands('riverside-1').map(({ id }) => id)).toEqual(
    Array.from({ length: 20 }, (_, index) => `c-${25 - index}`)
  )
  expect(states.commands('riverside-1')[0]).toMatchObject({ state: 'rejected', reason: 'late' })
  expect(states.commands('elsewhere')).toEqual([])
})

test('what is handed out does not change afterwards, and a listener that has ended hears nothing', () => {
  const { states, changes, end, story } = watched()
  story.wait(1, () => story.report())
  const [before] = states.all()
  const copy = structuredClone(before)
  story.wait(7)
  expect(before).toEqual(copy)
  end()
  const heard = changes.length
  story.report()
  expect(changes.length).toBe(heard)
})

test('restored at any entry it shows the same as without', () => {
  const { story } = commandedStory()
  story.wait(8)
  const through = newStates()
  for (const entry of story.entries) if (through.kinds.includes(entry.kind)) through.apply(entry)
  for (let stop = 600; stop < story.entries.length; stop += 1) {
    const first = newStates()
    const second = newStates()
    story.entries.forEach((entry, index) => {
      if (index === stop) second.restore(JSON.parse(JSON.stringify(first.snapshot())))
      const states = index < stop ? first : second
      if (states.kinds.includes(entry.kind)) states.apply(entry)
    })
    expect(second.all()).toEqual(through.all())
    expect(second.commands('riverside-1')).toEqual(through.commands('riverside-1'))
  }
})
