import { expect, test } from 'vitest'
import { createUnchanged, type SpotCount } from './unchanged.ts'

const hour = 60 * 60 * 1_000
const begin = Date.parse('2026-05-04T00:00:00Z')

/** `[site, hour of the data, free spaces]` in the order of the journal. */
type Step = [site: string, at: number, available: number]

function run(steps: Step[], area = (_site: string) => 'centre') {
  const unchanged = createUnchanged()
  return steps.flatMap(([site, at, available], i) =>
    unchanged
      .apply({ site, area: area(site), available, at: begin + at * hour, offset: i + 1 })
      .map(({ site: of, state, since, causes }) => [state, of, (since - begin) / hour, causes])
  )
}

/** A neighbour that moves every hour. */
const lively = (site: string, from: number, to: number): Step[] =>
  Array.from({ length: to - from + 1 }, (_, i) => [site, from + i, (from + i) % 7])

test('a counter that stands for a day while its neighbour moves is raised by the first reading a day later', () => {
  const steps: Step[] = [['stuck', 0, 5], ...lively('busy', 0, 23), ['busy', 23.9, 100], ['busy', 24, 3]]
  expect(run(steps.slice(0, -1))).toEqual([])
  expect(run(steps)).toEqual([['raised', 'stuck', 0, [1, steps.length]]])
})

test('a repeat of the same value is no change: a counter that reports and stands is raised all the same', () => {
  const steps: Step[] = [['stuck', 0, 5], ...lively('busy', 0, 12), ['stuck', 12, 5], ['stuck', 24, 5]]
  expect(run(steps)).toEqual([['raised', 'stuck', 0, [1, steps.length]]])
})

test('silence alone is no fault: where the neighbours are silent too nothing is raised, and it is judged again a day later', () => {
  const steps: Step[] = [
    ['stuck', 0, 5],
    ['busy', 0, 5],
    ...lively('busy', 100, 119),
    ['busy', 120, 9],
    ['stuck', 121, 6]
  ]
  // Day 1 to 4: nobody spoke. Day 5 (hours 96 to 120): the neighbour did, and moved.
  expect(run(steps)).toEqual([
    ['raised', 'stuck', 0, [1, steps.length - 1]],
    ['cleared', 'stuck', 121, [steps.length]]
  ])
})

test('half of those who spoke must have moved', () => {
  const neighbours = (moving: number): Step[] => [
    ['a', 0, 1],
    ['b', 0, 1],
    ['c', 0, 1],
    ['stuck', 0, 5],
    ['a', 10, moving > 0 ? 2 : 1],
    ['b', 10, moving > 1 ? 2 : 1],
    ['c', 10, 1],
    // Keeps the three from being judged stuck themselves in the cases below.
    ['d', 10, 1],
    ['stuck', 24, 5]
  ]
  const raisedStuck = (moving: number) => run(neighbours(moving)).some(([, site]) => site === 'stuck')
  expect(raisedStuck(1)).toBe(false)
  expect(raisedStuck(2)).toBe(true)
})

test('neighbours that were silent that day are not among the others', () => {
  const silent: Step[] = ['x', 'y', 'z'].map((site) => [site, 0, 1])
  const steps: Step[] = [...silent, ['stuck', 1, 5], ['busy', 1, 1], ['busy', 12, 2], ['busy', 25, 3]]
  expect(run(steps)).toContainEqual(['raised', 'stuck', 1, [4, 7]])
})

test('the first reading of a neighbour is not a move', () => {
  expect(
    run([
      ['stuck', 0, 5],
      ['new', 10, 3],
      ['stuck', 24, 5]
    ])
  ).toEqual([])
})

test('a change clears, and the next day begins with it', () => {
  const steps: Step[] = [['stuck', 0, 5], ...lively('busy', 0, 24), ['stuck', 30, 6], ...lively('busy', 31, 60)]
  expect(run(steps)).toEqual([
    ['raised', 'stuck', 0, [1, 26]],
    ['cleared', 'stuck', 30, [27]],
    ['raised', 'stuck', 30, [27, 51]]
  ])
})

test('a site that speaks for the first time after its day is raised and cleared by that reading', () => {
  const steps: Step[] = [['stuck', 0, 5], ...lively('busy', 0, 20), ['stuck', 25, 6]]
  expect(run(steps)).toEqual([
    ['raised', 'stuck', 0, [1, steps.length]],
    ['cleared', 'stuck', 25, [steps.length]]
  ])
})

test('areas do not mix', () => {
  const steps: Step[] = [['stuck', 0, 5], ...lively('busy', 0, 30), ['stuck', 48, 5]]
  expect(run(steps, (site) => site)).toEqual([])
})

test('a late reading is ignored', () => {
  const steps: Step[] = [['stuck', 1, 5], ['stuck', 0, 9], ...lively('busy', 1, 25)]
  expect(run(steps)).toEqual([['raised', 'stuck', 1, [1, steps.length]]])
})

test('a snapshot and what follows come to the same as all from the beginning', () => {
  const counts: SpotCount[] = [
    ['stuck', 0, 5] as Step,
    ...lively('busy', 0, 30),
    ['stuck', 31, 6] as Step,
    ...lively('busy', 32, 90)
  ].map(([site, at, available], i) => ({ site, area: 'centre', available, at: begin + at * hour, offset: i + 1 }))
  const whole = createUnchanged()
  const expected = counts.map((count) => whole.apply(count))
  expect(expected.flat().map(({ state }) => state)).toEqual(['raised', 'cleared', 'raised'])
  for (let cut = 0; cut <= counts.length; cut += 3) {
    const first = createUnchanged()
    for (const count of counts.slice(0, cut)) first.apply(count)
    const second = createUnchanged()
    second.restore(JSON.parse(JSON.stringify(first.snapshot())))
    expect(counts.slice(cut).map((count) => second.apply(count))).toEqual(expected.slice(cut))
  }
})
