import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AssetCollection,
  type AssetKind,
  type CommandState,
  formatProblem,
  parseYamlDocument
} from '@city-brain/model'
import { expect, test } from 'vitest'
import { loadRules } from './load-rules.ts'
import { createStory, inShort } from './testing/story.ts'

/** What the demo city's own rules do in the situations that they were written for. */
const city = join(import.meta.dirname, '../../../cities/demo')
const assets = JSON.parse(readFileSync(join(city, 'assets.geojson'), 'utf8')) as AssetCollection
const { ruleSet, problems } = loadRules({
  documents: readdirSync(join(city, 'rules')).map((name) =>
    parseYamlDocument(`rules/${name}`, readFileSync(join(city, 'rules', name), 'utf8'))
  ),
  assets
})

function begin() {
  if (!ruleSet) throw new Error(problems.map(formatProblem).join('\n'))
  const story = createStory(ruleSet, { assets, controllers: new Map([['ctl-int-01', 'int-01']]) })
  story.wait(1)
  return story
}
const assetOf = (kind: AssetKind, matches: (properties: Record<string, unknown>) => boolean = () => true) => {
  const found = assets.features.find((asset) => asset.properties.kind === kind && matches({ ...asset.properties }))
  if (!found) throw new Error(`the demo city has no such ${kind}`)
  return found.id
}
const bin = assetOf('container')
const detector = assetOf('detector', (properties) => properties.refIntersection === 'int-01')
const carPark = assetOf(
  'parkingSite',
  ({ type, totalSpotNumber }) => type === 'OffStreetParking' && totalSpotNumber === 160
)

test('the files are without fault', () => {
  expect(problems.map(formatProblem)).toEqual([])
})

test('a container that fills up, is collected, and burns', () => {
  const story = begin()
  const read = (fillingLevel: number, temperature: number) => {
    const outcomes = story.read(bin, 'WasteContainer', { fillingLevel, temperature })
    return inShort([...outcomes, ...story.wait(3_600)])
  }
  expect(read(0.84, 24)).toEqual([])
  expect(read(0.86, 24)).toEqual([`raised container-nearly-full/${bin}`])
  expect(read(0.8, 24)).toEqual([])
  expect(read(0.02, 24)).toEqual([`returned container-nearly-full/${bin}`])
  expect(read(0.03, 38)).toEqual([])
  // In the sun all day: warm, but not by 20 °C from one report to the next.
  expect(read(0.03, 57)).toEqual([])
  expect(read(0.03, 35)).toEqual([])
  expect(read(0.03, 55)).toEqual([`raised container-on-fire/${bin}`])
  expect(read(0.03, 240)).toEqual([])
  expect(read(0.03, 40)).toEqual([`returned container-on-fire/${bin}`])
  const [alarm] = story.list()
  expect(alarm).toMatchObject({ severity: 'critical', state: 'returned-unacknowledged' })
  expect(alarm?.detail.zh).toMatch(/：桶内温度 55 °C$/)
  expect(inShort(story.read(bin, 'WasteContainer', { status: 'burning' }))).toEqual([
    `raised-again container-on-fire/${bin}`
  ])
})

test('an approach that stays covered for three periods is congested, and its intersection re-timed until it clears', () => {
  const story = begin()
  const minutes = (each: number[], speed = 9) =>
    inShort(
      each.flatMap((occupancy, i) => [
        ...story.read(detector, 'TrafficFlowObserved', {
          intensity: 9 + (i % 3),
          occupancy,
          averageVehicleSpeed: speed
        }),
        ...story.wait(60)
      ])
    )
  // A red of a whole period, then a green: busy, not congested.
  expect(minutes([0.8, 0.2, 0.8, 0.2, 0.8, 0.2])).toEqual([])
  // Slow-moving but uncovered, and covered by fast traffic.
  expect(minutes([0.3, 0.3, 0.3, 0.3, 0.3])).toEqual([])
  expect(minutes([0.5, 0.5, 0.5, 0.5], 45)).toEqual([])
  expect(minutes([0.5, 0.6, 0.7, 0.8])).toEqual([`raised approach-congested/${detector}`, 'timing-request int-01'])
  expect(minutes(Array.from({ length: 16 }, (_, i) => 0.6 + i / 100))).toEqual([
    'timing-request int-01',
    'timing-request int-01'
  ])
  expect(minutes([0.2, 0.2, 0.2, 0.2])).toEqual([`returned approach-congested/${detector}`])
  expect(minutes(Array.from({ length: 30 }, (_, i) => 0.1 + i / 1_000))).toEqual([])
})

test('a loop that is locked on is stuck, not congested', () => {
  const story = begin()
  const outcomes: string[] = []
  for (let i = 0; i < 40; i++) {
    outcomes.push(
      ...inShort(story.read(detector, 'TrafficFlowObserved', { intensity: 0, occupancy: 1 })),
      ...inShort(story.wait(60))
    )
  }
  expect(outcomes).toEqual([`raised detector-stuck/${detector}`])
})

test('an empty road at night is not a stuck detector, and a silent one is', () => {
  const story = begin()
  for (let i = 0; i < 120; i++) {
    expect(
      inShort([...story.read(detector, 'TrafficFlowObserved', { intensity: 0, occupancy: 0 }), ...story.wait(60)])
    ).toEqual([])
  }
  expect(inShort(story.wait(241))).toEqual([`raised detector-silent/${detector}`])
})

test('a car park is full within a hundredth; a counter that lies says nothing about it', () => {
  const story = begin()
  const read = (availableSpotNumber: number, flags?: ['above-capacity']) =>
    inShort([
      ...story.read(carPark, 'OffStreetParking', { availableSpotNumber }, flags ? { flags } : {}),
      ...story.wait(301)
    ])
  expect(read(3)).toEqual([])
  expect(read(1)).toEqual([`raised car-park-full/${carPark}`])
  expect(read(4)).toEqual([])
  expect(read(9)).toEqual([`returned car-park-full/${carPark}`])
  expect(read(170, ['above-capacity'])).toEqual([`raised car-park-counter-unreliable/${carPark}`])
  expect([...read(80), ...read(81), ...read(82), ...read(83), ...read(84), ...read(85), ...read(86)]).toEqual([
    `returned car-park-counter-unreliable/${carPark}`
  ])
})

test('a controller, a cabinet, a command', () => {
  const story = begin()
  story.add('status', 'ctl-int-01', { status: 'offline' })
  story.add('status', 'cab-oldtown-1', { status: 'offline' })
  story.add('status', bin, { status: 'offline' })
  expect(inShort(story.wait(400))).toEqual(['raised controller-offline/int-01', 'raised device-offline/cab-oldtown-1'])
  expect(
    inShort(
      story.add('command', 'int-01', { commandId: 'c', state: 'rejected', reason: 'green 2 too short', causes: [] })
    )
  ).toEqual(['raised command-rejected/int-01'])
  expect(story.list().find(({ rule }) => rule === 'command-rejected')?.detail.en).toContain('green 2 too short')
  const step = (state: CommandState, from?: CommandState) =>
    inShort(story.add('command', 'int-02', { commandId: 'd', state, from, reason: 'its time has ended', causes: [] }))
  // One that ran to its end was carried out; one that never came into effect was not.
  expect([...step('effective'), ...step('expired', 'effective')]).toEqual([])
  expect(step('expired', 'sent')).toEqual(['raised command-rejected/int-02'])
})
