import { expect, test } from 'vitest'
import { createStory, inShort, rules, rulesOf } from './testing/story.ts'

const jam =
  'id: jam\non: TrafficFlowObserved\nwhen: occupancy > 0.5\nclear: occupancy < 0.2\nactions: { alarm: false, request-timing: 10m }'

const start = (text = jam) => {
  const story = createStory(rulesOf(rules(text)))
  story.wait(1)
  const occupy = (occupancy: number, entity = 'det-1') => story.read(entity, 'TrafficFlowObserved', { occupancy })
  return { story, occupy }
}

test('asks for the intersection of the detector, with the values that caused it', () => {
  const { story, occupy } = start(jam.replace('alarm: false', 'alarm: true'))
  const drafts = occupy(0.6)
  const offset = story.entries.findIndex((entry) => entry.kind === 'reading') + 1
  expect(inShort(drafts)).toEqual(['raised jam/det-1', 'timing-request int-1'])
  expect(drafts[1]).toMatchObject({
    entity: 'int-1',
    id: `jam/1/int-1/${offset}/0`,
    payload: { rule: 'jam', because: 'det-1', values: { occupancy: 0.6 }, causes: [offset], duration: 600_000 }
  })
})

test('what stands is asked for again before the timing runs out, with the newest values, and no more once it has ended', () => {
  const { story, occupy } = start()
  occupy(0.6)
  story.wait(100)
  occupy(0.7)
  expect(story.wait(379)).toEqual([])
  const [renewal] = story.wait(2)
  expect(renewal).toMatchObject({ kind: 'timing-request', payload: { values: { occupancy: 0.7 } } })
  occupy(0.1)
  expect(story.wait(2_000)).toEqual([])
})

test('a second detector asks too, but not within a minute, and does not make the requests twice as many', () => {
  const { story, occupy } = start()
  expect(inShort(occupy(0.6, 'det-1'))).toEqual(['timing-request int-1'])
  story.wait(10)
  expect(occupy(0.8, 'det-2')).toEqual([])
  expect(story.wait(50)).toEqual([])
  const [second] = story.wait(1)
  const readings = story.entries.filter((entry) => entry.kind === 'reading').map(({ offset }) => offset)
  expect(second?.payload).toMatchObject({ because: 'det-2', causes: readings })
  expect(story.wait(480)).toEqual([])
  expect(inShort(story.wait(1))).toEqual(['timing-request int-1'])
  // One of the two ends: the other still stands.
  occupy(0.1, 'det-2')
  expect(inShort(story.wait(481))).toEqual(['timing-request int-1'])
})

test('coming and going does not ask more often than once a minute', () => {
  const { story, occupy } = start()
  const asked: string[] = []
  for (let i = 0; i < 60; i++)
    asked.push(...inShort([...occupy(0.6), ...story.wait(2), ...occupy(0.1), ...story.wait(1)]))
  expect(asked).toHaveLength(3)
})

test('a renewal survives a restart', () => {
  const { story, occupy } = start()
  occupy(0.6)
  story.wait(400)
  story.restart(rulesOf(rules(jam)))
  expect(story.wait(80)).toEqual([])
  expect(inShort(story.wait(1))).toEqual(['timing-request int-1'])
})
