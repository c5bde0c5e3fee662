import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Asset, AssetCollection, CityFile, DeviceRegister } from '@city-brain/model'
import { stringify } from 'yaml'

/** A city of one district with so many detectors, `det-1` …, each reported by a device of its own, `cab-1` …, and one container, `bin-1`. */
export function writeSmallCity(folder: string, detectors: number): void {
  const at = (i: number): [number, number] => [121 + i * 0.002, 29]
  const name = (text: string) => ({ en: text, zh: text })
  const file: CityFile = {
    id: 'small',
    name: { en: 'Small city', zh: '小城' },
    timeZone: 'UTC',
    languages: ['en', 'zh'],
    centre: at(detectors / 2),
    zoom: 14
  }
  const numbers = Array.from({ length: detectors }, (_, i) => i + 1)
  const features: Asset[] = [
    {
      type: 'Feature',
      id: 'centre',
      geometry: null,
      properties: { kind: 'area', name: name('Centre'), area: 'centre' }
    },
    ...numbers.map<Asset>((i) => ({
      type: 'Feature',
      id: `det-${i}`,
      geometry: { type: 'Point', coordinates: at(i) },
      properties: { kind: 'detector', name: name(`Detector ${i}`), area: 'centre', period: 60 }
    })),
    {
      type: 'Feature',
      id: 'bin-1',
      geometry: { type: 'Point', coordinates: [121, 29.001] },
      properties: { kind: 'container', name: name('Bin'), area: 'centre', storedWasteKind: 'glass', binCapacity: 1_100 }
    }
  ]
  const assets: AssetCollection = { type: 'FeatureCollection', features }
  const register: DeviceRegister = {
    devices: [
      ...numbers.map((i) => ({ id: `cab-${i}`, area: 'centre', domain: 'traffic' as const, entities: [`det-${i}`] })),
      { id: 'bin-1', area: 'centre', domain: 'waste' as const }
    ]
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'city.yaml'), stringify(file))
  writeFileSync(join(folder, 'assets.geojson'), JSON.stringify(assets))
  writeFileSync(join(folder, 'devices.yaml'), stringify(register))
}
