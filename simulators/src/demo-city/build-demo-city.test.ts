import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  type Asset,
  type AssetCollection,
  assetSchemas,
  CityFile,
  checkDocument,
  DeviceRegister,
  Feed,
  Intersection,
  parseYamlDocument
} from '@city-brain/model'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildDemoCity } from './build-demo-city.ts'

const folder = resolve(import.meta.dirname, '../../../cities/demo')
let files: Map<string, string>
let assets: Asset[]
let byId: Map<string, Asset>
let intersections: Intersection[]

beforeAll(() => {
  files = buildDemoCity(7)
  assets = (JSON.parse(files.get('assets.geojson') ?? '') as AssetCollection).features
  byId = new Map(assets.map((asset) => [asset.id, asset]))
  intersections = [...files].flatMap(([path, text]) =>
    path.startsWith('signals/') ? [read(Intersection, path, text) as Intersection] : []
  )
}, 60_000)

function read(schema: TSchema, path: string, text = files.get(path) ?? ''): unknown {
  const { value, problems } = checkDocument(parseYamlDocument(path, text), Compile(schema))
  expect(problems).toEqual([])
  return value
}
const of = (kind: Asset['properties']['kind']) => assets.filter((asset) => asset.properties.kind === kind)

describe('the demo city', () => {
  test('is what is committed, byte for byte', () => {
    for (const [path, text] of files) expect(readFileSync(join(folder, path), 'utf8') === text, path).toBe(true)
    const committed = existsSync(join(folder, 'signals')) ? readdirSync(join(folder, 'signals')) : []
    expect(committed.filter((name) => !files.has(`signals/${name}`))).toEqual([])
  })

  test('is another one with another seed', () => {
    expect(buildDemoCity(8).get('assets.geojson')).not.toBe(files.get('assets.geojson'))
  })

  test('has the size it promises', () => {
    expect(of('intersection').length).toBeGreaterThanOrEqual(58)
    expect(of('intersection').length).toBeLessThanOrEqual(70)
    expect(of('detector').length).toBeGreaterThanOrEqual(290)
    expect(of('detector').length).toBeLessThanOrEqual(320)
    expect(of('parkingSite').length).toBe(40)
    expect(of('container').length).toBe(805)
    const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0)
    expect(bytes).toBeLessThan(2_000_000)
  })

  test('has assets of the right form, with unique ids and references that resolve', () => {
    expect(byId.size).toBe(assets.length)
    for (const asset of assets) {
      const schema = Compile<TSchema>(assetSchemas[asset.properties.kind])
      expect([...schema.Errors(asset.properties)], asset.id).toEqual([])
      const { properties } = asset
      expect(byId.get(properties.area)?.properties.kind, asset.id).toBe('area')
      if (properties.kind === 'detector') {
        expect(byId.get(properties.refIntersection ?? '')?.properties.kind).toBe('intersection')
        const segment = byId.get(properties.refRoadSegment ?? '')?.properties
        expect(segment?.kind === 'roadSegment' && segment.to).toBe(properties.refIntersection)
      }
      if (properties.kind === 'roadSegment') {
        for (const end of [properties.from, properties.to]) {
          if (end) expect(byId.get(end)?.properties.kind, asset.id).toBe('intersection')
        }
        expect(properties.from ?? properties.to, asset.id).toBeDefined()
      }
    }
  })

  test('has valid files besides', () => {
    read(CityFile, 'city.yaml')
    read(Feed, 'feeds/lorawan.yaml')
    const register = read(DeviceRegister, 'devices.yaml') as DeviceRegister
    const { devices = [], gateways = [] } = register
    const speakers = [...devices, ...gateways].map((entry) => entry.id)
    expect(new Set(speakers).size).toBe(speakers.length)
    for (const device of devices) {
      expect(byId.get(device.area)?.properties.kind, device.id).toBe('area')
      for (const entity of device.entities ?? []) expect(byId.has(entity), entity).toBe(true)
    }
    for (const entity of gateways.flatMap((gateway) => gateway.entities ?? [])) expect(byId.has(entity)).toBe(true)
    expect([...devices, ...gateways].filter((entry) => !entry.simulated).map((entry) => entry.id)).toEqual([
      'try-me',
      'p-try-me'
    ])
  })

  test('has a device for whatever reports, and lets it report that', () => {
    const { devices = [], gateways = [] } = read(DeviceRegister, 'devices.yaml') as DeviceRegister
    const reported = new Set(devices.flatMap((device) => [device.id, ...(device.entities ?? [])]))
    const prefixes = gateways.flatMap((gateway) => gateway.entityPrefix ?? [])
    const mute = assets.filter(
      ({ id, properties }) =>
        ['detector', 'parkingSite', 'container', 'intersection'].includes(properties.kind) &&
        !reported.has(id) &&
        !prefixes.some((prefix) => id.startsWith(prefix))
    )
    expect(mute.map((asset) => asset.id)).toEqual([])
  })

  test('has a signal file for each intersection, whose plan keeps its own limits', () => {
    expect(intersections.map((entry) => entry.intersection).sort()).toEqual(
      of('intersection')
        .map((a) => a.id)
        .sort()
    )
    for (const { intersection, phases, stages, conflicts, plan, cycle } of intersections) {
      const phase = (id: number) => phases.find((entry) => entry.id === id)
      expect(new Set(stages.flat()).size, intersection).toBe(phases.length)
      for (const [a, b] of conflicts) {
        expect(phase(a) && phase(b), intersection).toBeDefined()
        expect(
          stages.some((stage) => stage.includes(a) && stage.includes(b)),
          intersection
        ).toBe(false)
      }
      let total = 0
      stages.forEach((stage, i) => {
        const green = plan.greens[i] ?? 0
        const members = stage.map((id) => phase(id)).filter((entry) => entry !== undefined)
        for (const member of members) {
          expect(green, intersection).toBeGreaterThanOrEqual(member.minimumGreen)
          expect(green, intersection).toBeGreaterThanOrEqual((member.walk ?? 0) + (member.pedestrianClear ?? 0))
          expect(green, intersection).toBeLessThanOrEqual(member.maximumGreen)
        }
        total += green + Math.max(...members.map((member) => member.yellowChange + member.redClearance))
      })
      expect(plan.greens.length).toBe(stages.length)
      expect(total, intersection).toBe(plan.cycle)
      expect(plan.cycle).toBeGreaterThanOrEqual(cycle.minimum)
      expect(plan.cycle).toBeLessThanOrEqual(cycle.maximum)
      expect(plan.offset).toBeLessThan(plan.cycle)
    }
  })

  test('lets every approach be seen: each detector belongs to one phase, and to the approach that it names', () => {
    const served = intersections.flatMap((entry) => entry.phases.flatMap((phase) => phase.detectors))
    expect([...served].sort()).toEqual(
      of('detector')
        .map((asset) => asset.id)
        .sort()
    )
    for (const entry of intersections) {
      for (const phase of entry.phases.filter((candidate) => candidate.kind === 'vehicle')) {
        expect(phase.detectors.length, `${entry.intersection} ${phase.id}`).toBeGreaterThan(0)
        for (const id of phase.detectors) {
          const properties = byId.get(id)?.properties
          expect(properties?.kind === 'detector' && properties.approach).toBe(phase.approach)
        }
      }
    }
  })
})
