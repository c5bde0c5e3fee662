import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asset, AssetCollection, CityFile, DeviceRegister } from '@city-brain/model'
import { stringify } from 'yaml'

export type BenchCity = { devices: number; entitiesPerDevice: number }

export const benchDevice = (device: number) => `cab-${device}`
export const benchEntity = (device: number, entity: number) => `det-${device}-${entity}`
export const benchTopic = (device: number) => `city/centre/traffic/${benchDevice(device)}/obs`

/** A city of one district: so many cabinets, each with so many detectors of its own, and a rule that looks at every reading. */
export function writeBenchCity(folder: string, { devices, entitiesPerDevice }: BenchCity): void {
  const name = (text: string) => ({ en: text, zh: text })
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
  const file: CityFile = {
    id: 'bench',
    name: name('Bench'),
    timeZone: 'UTC',
    languages: ['en', 'zh'],
    centre: [121, 29],
    zoom: 12
  }
  const district: Asset = {
    type: 'Feature',
    id: 'centre',
    geometry: null,
    properties: { kind: 'area', name: name('Centre'), area: 'centre' }
  }
  const detector = (device: number, entity: number): Asset => ({
    type: 'Feature',
    id: benchEntity(device, entity),
    geometry: { type: 'Point', coordinates: [121 + device * 1e-4, 29 + entity * 1e-4] },
    properties: { kind: 'detector', name: name(`${device}-${entity}`), area: 'centre', period: 60 }
  })
  const assets: AssetCollection = {
    type: 'FeatureCollection',
    features: [
      district,
      ...numbers(devices).flatMap((device) => numbers(entitiesPerDevice).map((entity) => detector(device, entity)))
    ]
  }
  const register: DeviceRegister = {
    devices: numbers(devices).map((device) => ({
      id: benchDevice(device),
      area: 'centre',
      domain: 'traffic' as const,
      entities: numbers(entitiesPerDevice).map((entity) => benchEntity(device, entity))
    }))
  }
  mkdirSync(join(folder, 'rules'), { recursive: true })
  writeFileSync(join(folder, 'city.yaml'), stringify(file))
  writeFileSync(join(folder, 'assets.geojson'), JSON.stringify(assets))
  writeFileSync(join(folder, 'devices.yaml'), stringify(register))
  writeFileSync(join(folder, 'rules/jam.yaml'), rule)
}

/** Judged at every reading and never true, so that what is measured is the judging. */
const rule = `rules:
  - id: jam
    version: 1
    on: TrafficFlowObserved
    when: occupancy >= 0.99 && averageVehicleSpeed < 5
    clear: occupancy < 0.9
    onDelay: 1m
    severity: low
    title:
      en: Jam
      zh: 拥堵
    detail:
      en: "{asset.name}: occupancy {occupancy:percent}"
      zh: "{asset.name}：占有率 {occupancy:percent}"
`
