import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compileFeed } from '@city-brain/ingest'
import { loadRules } from '@city-brain/rules'
import { loadIntersections } from '@city-brain/signals'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CityFault, StartFault } from '../start-fault.ts'
import { changedCity, temporaryFolder, tinyCity } from '../testing/tiny-city.ts'
import { loadCity } from './load-city.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const load = (path: string) => loadCity({ folder: path, loadRules, loadIntersections, compileFeed })
const text = (file: string) => readFileSync(join(tinyCity, file), 'utf8')

async function problemsOf(files: Record<string, string>): Promise<string[]> {
  const fault = await load(changedCity(folder.path, files)).then(
    () => undefined,
    (error: unknown) => error
  )
  expect(fault).toBeInstanceOf(CityFault)
  return (fault as CityFault).message
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
}

test('reads a whole city', async () => {
  const city = await load(tinyCity)
  expect(city.file.name).toEqual({ en: 'Tiny', zh: '小城' })
  expect(city.assets.features).toHaveLength(6)
  expect(city.register.devices).toHaveLength(4)
  expect(city.intersections.map((one) => one.controller)).toEqual(['ctl-1'])
  expect(city.ruleSet.rules.map((rule) => rule.id)).toEqual(['container-fire'])
  expect(city.feeds).toHaveLength(1)
  expect(JSON.parse(city.basemap ?? '')).toEqual({ type: 'FeatureCollection', features: [] })
})

test('the demo city is right', async () => {
  const city = await load(join(import.meta.dirname, '../../../../cities/demo'))
  expect(city.assets.features.length).toBeGreaterThan(1_000)
})

test('a folder that is not there is one line', async () => {
  await expect(load('/nowhere/at/all')).rejects.toThrow(StartFault)
  await expect(load('/nowhere/at/all')).rejects.toThrow(
    'There is no city in /nowhere/at/all: the folder does not exist.'
  )
})

test('every fault of every file is in one report, with file and line', async () => {
  const problems = await problemsOf({
    'city.yaml': text('city.yaml').replace('Asia/Shanghai', 'Asia/Atlantis'),
    'devices.yaml': `${text('devices.yaml')}  - { id: bin-1, topics: ["city/#", "#"] }\n`,
    'assets.geojson': text('assets.geojson').replace('"period": 60', '"period": "often"'),
    'rules/containers.yaml': text('rules/containers.yaml').replace('temperature > 70', 'temprature > 70')
  })
  // Without assets neither rules nor references can be judged: they come with the next report.
  expect(problems).toEqual([
    expect.stringMatching(/^assets\.geojson:6:\d+ \/features\/2\/properties\/period: must be number/),
    expect.stringMatching(/^city\.yaml:3:11 \/timeZone: there is no time zone Asia\/Atlantis/)
  ])
})

test('devices: ids once, entities and areas that are there, topics that stay out of city/', async () => {
  const problems = await problemsOf({
    'devices.yaml': `devices:
  - { id: bin-1, area: nowhere, domain: waste, entities: [bin-9] }
  - { id: ctl-1, area: centre, domain: signal, source: timekeeper }
gateways:
  - id: bin-1
    topics: ["city/centre/#", "#", "a/b#", "lorawan/+/up"]
  - { id: net-1, topics: ["lorawan/+/up", "webhook/net-2/#"], webhook: true }
  - { id: net-2, topics: ["webhook/+/up"], webhook: true }
`
  })
  expect(problems).toEqual([
    expect.stringMatching(/^devices\.yaml:2:24 \/devices\/0\/area: there is no area nowhere/),
    expect.stringMatching(/^devices\.yaml:2:\d+ \/devices\/0\/entities\/0: there is no asset bin-9/),
    expect.stringMatching(/^devices\.yaml:3:\d+ \/devices\/1\/source: timekeepers are not supported yet/),
    expect.stringMatching(/^devices\.yaml:5:9 \/gateways\/0\/id: bin-1 is registered already/),
    expect.stringMatching(/^devices\.yaml:6:\d+ \/gateways\/0\/topics\/0: topics below city\//),
    expect.stringMatching(/^devices\.yaml:6:\d+ \/gateways\/0\/topics\/1: must not begin with a wildcard/),
    expect.stringMatching(/^devices\.yaml:6:\d+ \/gateways\/0\/topics\/2: # must stand alone/),
    expect.stringMatching(
      /^devices\.yaml:7:\d+ \/gateways\/1\/webhook: its deliveries come on topics below webhook\/net-1/
    )
  ])
})

test.each([
  ['an id twice', '"id": "park-2"', '"id": "park-1"', /\/features\/5\/id: park-1 is at \/features\/4 already/],
  [
    'an unknown area',
    '"area": "centre", "storedWasteKind"',
    '"area": "moon", "storedWasteKind"',
    /there is no area moon/
  ],
  [
    'a reference of the wrong kind',
    '"refIntersection": "int-1"',
    '"refIntersection": "bin-1"',
    /bin-1 is of kind container, not intersection/
  ],
  ['a kind that is none', '"kind": "container"', '"kind": "bucket"', /kind: must be one of intersection/],
  ['a longitude beyond the world', '[122.001, 29]', '[222.001, 29]', /\/geometry\/coordinates\/0: must be <= 180/],
  [
    'a line where a point belongs',
    '"Point", "coordinates": [122.001',
    '"LineString", "coordinates": [122.001',
    /must be Point for a container/
  ],
  [
    'a property that nobody knows',
    '"binCapacity"',
    '"capacity": 1, "binCapacity"',
    /\/properties\/capacity: is not known here/
  ],
  ['no comma', '"kind": "container",', '"kind": "container"', /assets\.geojson:7:/],
  ['a comma too many', '"binCapacity": 1100,', '"binCapacity": 1100,,', /assets\.geojson/]
])('assets: %s', async (_name, before, after, message) => {
  const changed = text('assets.geojson').replace(before, after)
  expect(changed).not.toBe(text('assets.geojson'))
  const problems = await problemsOf({ 'assets.geojson': changed })
  expect(problems.join('\n')).toMatch(message)
  expect(problems.every((problem) => problem.startsWith('assets.geojson'))).toBe(true)
})

test('a controller that is no device, a missing file, a rule with an unknown name', async () => {
  const path = changedCity(folder.path, {
    'signals/int-1.yaml': text('signals/int-1.yaml').replace('ctl-1', 'ctl-9'),
    'rules/containers.yaml': text('rules/containers.yaml').replace('temperature > 70', 'temprature > 70')
  })
  rmSync(join(path, 'city.yaml'))
  const fault = (await load(path).catch((error: unknown) => error)) as CityFault
  expect(fault.problems.map(({ file, line, code }) => [file, line, code])).toEqual([
    ['city.yaml', undefined, 'missing-file'],
    ['rules/containers.yaml', 5, 'expression'],
    ['signals/int-1.yaml', 3, 'unknown-reference']
  ])
})
