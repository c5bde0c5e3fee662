import type { Alarm, AlarmTransition, Entry, Severity } from '@city-brain/model'
import { expect, test } from 'vitest'
import { createAlarmsView } from './alarms-view.ts'

const text = { en: 'Something', zh: '某事' }
function entryOf(
  offset: number,
  alarm: string,
  transition: AlarmTransition['transition'],
  more: Partial<AlarmTransition> = {}
): Entry<'alarm'> {
  const [rule = '', entity = ''] = alarm.split('/')
  const payload = {
    alarm,
    transition,
    rule,
    ruleVersion: 1,
    severity: 'low' as Severity,
    title: text,
    detail: text,
    values: {},
    causes: [offset - 1]
  }
  return {
    kind: 'alarm',
    entity,
    offset,
    receivedAt: offset * 1_000,
    source: 'view:rules',
    payload: { ...payload, ...more }
  }
}

test('folds transitions into states, keeping what raised it in sight', () => {
  const view = createAlarmsView()
  const state = () => view.get('full/bin-1')?.state
  view.apply(entryOf(2, 'full/bin-1', 'raised', { values: { fillingLevel: 0.9 } }))
  expect(state()).toBe('unacknowledged')
  view.apply(entryOf(4, 'full/bin-1', 'returned', { values: { fillingLevel: 0.1 } }))
  expect(view.get('full/bin-1')).toMatchObject({
    state: 'returned-unacknowledged',
    values: { fillingLevel: 0.9 },
    causes: [1],
    raisedAt: '1970-01-01T00:00:02.000Z',
    returnedAt: '1970-01-01T00:00:04.000Z',
    offset: 4
  })
  view.apply(entryOf(6, 'full/bin-1', 'raised-again', { values: { fillingLevel: 0.95 } }))
  expect(view.get('full/bin-1')).toMatchObject({ state: 'unacknowledged', values: { fillingLevel: 0.95 }, offset: 6 })
  expect(view.get('full/bin-1')?.returnedAt).toBeUndefined()
  view.apply(entryOf(8, 'full/bin-1', 'acknowledged', { operator: 'wang' }))
  expect(view.get('full/bin-1')).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'wang' })
  view.apply(entryOf(10, 'full/bin-1', 'returned'))
  expect(view.list()).toEqual([])
  expect(JSON.stringify(view.snapshot())).not.toContain('bin-1')
})

test('lists the most severe first, then the newest', () => {
  const view = createAlarmsView()
  view.apply(entryOf(1, 'a/x', 'raised'))
  view.apply(entryOf(2, 'b/x', 'raised', { severity: 'critical' }))
  view.apply(entryOf(3, 'c/x', 'raised'))
  view.apply(entryOf(4, 'd/x', 'raised', { severity: 'medium' }))
  // An acknowledgement does not make it new.
  view.apply(entryOf(5, 'a/x', 'acknowledged'))
  expect(view.list().map(({ rule }) => rule)).toEqual(['b', 'd', 'c', 'a'])
})

test('tells each transition, the end included, until the listener leaves', () => {
  const view = createAlarmsView()
  const told: [Alarm['state'] | undefined, number][] = []
  const stop = view.onChange((alarms, to) => told.push([alarms[0]?.state, to]))
  view.apply(entryOf(1, 'a/x', 'raised'))
  view.apply(entryOf(2, 'a/x', 'acknowledged'))
  view.apply(entryOf(3, 'b/x', 'returned'))
  view.apply(entryOf(4, 'a/x', 'returned'))
  stop()
  view.apply(entryOf(5, 'a/x', 'raised'))
  expect(told).toEqual([
    ['unacknowledged', 1],
    ['acknowledged', 2],
    ['normal', 4]
  ])
})

test('is the same after a restore', () => {
  const view = createAlarmsView()
  view.apply(entryOf(1, 'a/x', 'raised'))
  view.apply(entryOf(2, 'b/x', 'raised', { severity: 'high' }))
  const restored = createAlarmsView()
  restored.restore(JSON.parse(JSON.stringify(view.snapshot())))
  expect(restored.list()).toEqual(view.list())
  restored.restore(undefined)
  expect(restored.list()).toEqual([])
})
