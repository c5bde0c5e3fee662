import type { Asset } from '@city-brain/model'
import type { Random } from '../random.ts'
import type { Land } from './land.ts'
import type { PlannedDistrict } from './plan-places.ts'
import { along, beside, lengthOf, type Point } from './plane.ts'
import { pointAsset } from './point-asset.ts'
import type { Town } from './town.ts'

const wantedContainers = 800

const wasteKinds = [
  { kind: 'other', en: 'residual', zh: '其他垃圾', share: 0.4, sizes: [660, 1_100] },
  { kind: 'organic', en: 'kitchen waste', zh: '厨余垃圾', share: 0.25, sizes: [240, 240, 660] },
  { kind: 'paper', en: 'paper', zh: '废纸', share: 0.12, sizes: [1_100] },
  { kind: 'plastic', en: 'plastic', zh: '塑料', share: 0.11, sizes: [1_100] },
  { kind: 'glass', en: 'glass', zh: '玻璃', share: 0.09, sizes: [1_500, 3_000] },
  { kind: 'hazardous', en: 'hazardous', zh: '有害垃圾', share: 0.03, sizes: [240] }
] as const

/** Containers stand at the kerb of residential streets, denser where people live closer. Ids count within their area. */
export function containerAssets(
  town: Town,
  land: Land,
  toPosition: (point: Point) => [number, number],
  random: Random
): Asset[] {
  const streets = town.streets.filter((street) => street.name)
  const weights = streets.map((street) => lengthOf(street.line) * street.district.density)
  const sum = weights.reduce((a, b) => a + b, 0)
  const counts = new Map<PlannedDistrict, number>()
  const names = new Set<string>()
  const assets: Asset[] = []
  while (assets.length < wantedContainers) {
    const street = streets[indexAt(weights, random.next() * sum)]
    if (!street?.name) continue
    const total = lengthOf(street.line)
    const metres = random.between(0.08, 0.92) * total
    const side = random.next() < 0.5 ? 1 : -1
    const { point } = along(beside(street.line, 8 * side), metres)
    const kind = pickKind(random)
    const house = Math.max(1, Math.round(metres / 8) * 2 + (side > 0 ? 1 : 0))
    const name = { en: `${house} ${street.name.en} · ${kind.en}`, zh: `${street.name.zh}${house}号 · ${kind.zh}` }
    if (land.isWater(point, 10) || names.has(name.en)) continue
    names.add(name.en)
    const number = (counts.get(street.district) ?? 0) + 1
    counts.set(street.district, number)
    assets.push(
      pointAsset(`bin-${street.district.id}-${String(number).padStart(3, '0')}`, toPosition(point), {
        kind: 'container',
        name,
        area: street.district.id,
        expectedInterval: 3_600,
        storedWasteKind: kind.kind,
        binCapacity: random.pick(kind.sizes)
      })
    )
  }
  return assets.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** The index at which the running sum of weights passes a value. */
function indexAt(weights: readonly number[], value: number): number {
  let passed = 0
  return weights.findIndex((weight) => {
    passed += weight
    return passed > value
  })
}

function pickKind(random: Random): (typeof wasteKinds)[number] {
  let left = random.next()
  for (const kind of wasteKinds) {
    left -= kind.share
    if (left < 0) return kind
  }
  return wasteKinds[0]
}
