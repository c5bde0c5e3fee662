import { formatProblem, parseYamlDocument } from '@city-brain/model'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { loadIntersections } from './load-intersections.ts'
import { randomIntersection } from './testing/random-intersection.ts'
import { twoStreets, twoStreetsAssets } from './testing/two-streets.ts'

type Description = ReturnType<typeof twoStreets>

function load(change: (intersection: Description) => void, file = 'signals/riverside-1.yaml') {
  const intersection = twoStreets()
  change(intersection)
  const document = parseYamlDocument(file, stringify(intersection))
  return loadIntersections({ documents: [document], assets: twoStreetsAssets() })
}

const phaseAt = (intersection: Description, index: number) => {
  const phase = intersection.phases[index]
  if (!phase) throw new Error('no such phase')
  return phase
}

test('a good description is loaded as it is', () => {
  expect(load(() => {})).toEqual({ intersections: [twoStreets()], problems: [] })
})

test.each<[string, (intersection: Description) => void, string, string]>([
  ['an unknown phase in a stage', (it) => it.stages[1]?.push(9), '/stages/1/1', 'there is no phase 9'],
  ['a phase twice in a stage', (it) => it.stages[1]?.push(2), '/stages/1/1', 'phase 2 is in this stage already'],
  [
    'conflicting phases in one stage',
    (it) => it.conflicts.push([1, 3]),
    '/stages/0',
    'phases 1 and 3 conflict and would have green together'
  ],
  ['a phase that is never served', (it) => it.stages.splice(0, 1, [1]), '/phases/2', 'no stage serves phase 3'],
  [
    'two phases of one id',
    (it) => Object.assign(phaseAt(it, 2), { id: 1 }),
    '/phases/2/id',
    'there is another phase 1'
  ],
  ['an unknown conflict', (it) => it.conflicts.push([2, 7]), '/conflicts/2', 'there is no phase 7'],
  ['a conflict with itself', (it) => it.conflicts.push([2, 2]), '/conflicts/2', 'a phase cannot conflict with itself'],
  ['a pair twice', (it) => it.conflicts.push([2, 1]), '/conflicts/2', 'the pair 2, 1 is there already'],
  [
    'a phase that never ends',
    (it) => {
      it.stages = [[1, 3], [2], [1]]
    },
    '/stages',
    'phase 1 would go on from the last stage into the first: begin the cycle with a stage whose phases the last one does not serve'
  ],
  [
    'an unknown detector',
    (it) => phaseAt(it, 1).detectors.push('det-x'),
    '/phases/1/detectors/1',
    'there is no detector det-x in the assets'
  ],
  [
    'an intersection that is no asset',
    (it) => Object.assign(it, { intersection: 'riverside-9' }),
    '/intersection',
    'there is no intersection riverside-9 in the assets'
  ],
  [
    'a detector that is none',
    (it) => phaseAt(it, 1).detectors.push('riverside-1'),
    '/phases/1/detectors/1',
    'there is no detector riverside-1 in the assets'
  ],
  [
    'a detector twice',
    (it) => phaseAt(it, 1).detectors.push('det-n'),
    '/phases/1/detectors/1',
    'detector det-n is in this phase already'
  ],
  [
    'minimum above maximum green',
    (it) => Object.assign(phaseAt(it, 0), { minimumGreen: 71 }),
    '/phases/0/minimumGreen',
    'the minimum green is longer than the maximum green'
  ],
  [
    'pedestrians that need more than the maximum',
    (it) => Object.assign(phaseAt(it, 0), { walk: 40, pedestrianClear: 31 }),
    '/phases/0/maximumGreen',
    'walk and pedestrian clearance take 71 s of green'
  ],
  [
    'a pedestrian phase without its times',
    (it) => Object.assign(phaseAt(it, 0), { kind: 'pedestrian' }),
    '/phases/0',
    'a pedestrian phase needs walk and pedestrianClear'
  ],
  [
    'cycle limits the wrong way round',
    (it) => Object.assign(it.cycle, { minimum: 130 }),
    '/cycle',
    'the shortest cycle is longer than the longest'
  ],
  [
    'minimum services that do not fit into the longest cycle',
    (it) => Object.assign(it, { phases: it.phases.map((phase) => ({ ...phase, minimumGreen: 60 })) }),
    '/cycle/maximum',
    'the minimum greens with yellow and red clearance take 130 s'
  ],
  [
    'maximum greens that do not fill the shortest cycle',
    (it) => Object.assign(it, { phases: it.phases.map((phase) => ({ ...phase, maximumGreen: 14 })) }),
    '/cycle/minimum',
    'the maximum greens with yellow and red clearance fill only 38 s'
  ],
  [
    'limits that no timing keeps',
    (it) => Object.assign(phaseAt(it, 0), { minimumGreen: 20.1, maximumGreen: 20.4 }),
    '/phases',
    'minimum and maximum greens contradict each other: no timing in half seconds keeps them'
  ],
  [
    'a plan that does not add up',
    (it) => Object.assign(it.plan, { cycle: 79 }),
    '/plan',
    'the greens leave 9 s of the cycle, yellow and red clearance take 10 s'
  ],
  [
    'a plan with a green too short',
    (it) => Object.assign(it.plan, { greens: [63, 7] }),
    '/plan',
    'phase 2: 7 s of green, the minimum is 8 s'
  ],
  ['a value of the wrong form', (it) => Object.assign(it, { revision: 'three' }), '/revision', 'must be integer']
])('%s is told with its place', (_, change, path, message) => {
  const { intersections, problems } = load(change)
  expect(intersections).toEqual([])
  expect(problems.map((problem) => [problem.path, problem.message])).toContainEqual([path, message])
  for (const problem of problems) expect(formatProblem(problem)).toMatch(/^signals\/riverside-1\.yaml:\d+:\d+ /)
})

test('every problem of every file is told together, at its line', () => {
  const text = stringify({ ...twoStreets(), revision: -1, cycle: { minimum: 40, maximum: 400 } })
  const bad = stringify({ ...twoStreets(), conflicts: [[1, 8]] })
  const { problems } = loadIntersections({
    documents: [
      parseYamlDocument('signals/a.yaml', text),
      parseYamlDocument('signals/b.yaml', bad),
      parseYamlDocument('signals/c.yaml', 'a: [')
    ],
    assets: twoStreetsAssets()
  })
  expect(problems.map(({ file }) => file)).toEqual(
    expect.arrayContaining(['signals/a.yaml', 'signals/b.yaml', 'signals/c.yaml'])
  )
  expect(problems.filter(({ file }) => file === 'signals/a.yaml').length).toBe(2)
  const revision = problems.find(({ path }) => path === '/revision')
  expect(text.split('\n')[(revision?.line ?? 0) - 1]).toContain('revision: -1')
})

test('an intersection described twice is told where the first one stands', () => {
  const document = (file: string) => parseYamlDocument(file, stringify(twoStreets()))
  const { intersections, problems } = loadIntersections({
    documents: [document('signals/a.yaml'), document('signals/b.yaml')],
    assets: twoStreetsAssets()
  })
  expect(intersections.length).toBe(1)
  expect(problems).toMatchObject([
    {
      file: 'signals/b.yaml',
      line: 1,
      code: 'duplicate',
      message: 'signals/a.yaml describes this intersection already'
    }
  ])
})

test('random intersections are valid, so that what is proved of them is proved of what a city can load', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { intersection, assets } = randomIntersection(seed)
      const document = parseYamlDocument('signals/random.yaml', JSON.stringify(intersection))
      expect(loadIntersections({ documents: [document], assets })).toEqual({
        intersections: [intersection],
        problems: []
      })
    }),
    { numRuns: 300, seed: 3 }
  )
})
