import type { Asset } from '@city-brain/model'
import type { Random } from '../random.ts'
import { depots, kerbs, type Name, type PlannedDistrict, places, streetNames } from './city-plan.ts'
import { type Compass, compassZh, type Junction, type Link } from './junctions.ts'
import type { Land } from './land.ts'
import { along, beside, cut, lengthOf, type Point } from './plane.ts'
import type { Projection } from './projection.ts'
import type { SignalPlan } from './signal-plans.ts'
import type { Street, Town } from './town.ts'

const wantedDetectors = 300
const wantedContainers = 800
/** Metres upstream of the stop line. */
const detectorAt = 40

const pointAsset = (id: string, place: [number, number], properties: Asset['properties']): Asset => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: place },
  properties
})

export function areaAssets(town: Town, projection: Projection): Asset[] {
  return town.outlines.map(({ district, rings }) => {
    const closed = rings.map((ring) => {
      const line = projection.line(ring, 5)
      return [...line, line[0] as [number, number]]
    })
    const [only] = closed
    return {
      type: 'Feature',
      id: district.id,
      geometry:
        closed.length === 1 && only
          ? { type: 'Polygon', coordinates: [only] }
          : { type: 'MultiPolygon', coordinates: closed.map((ring) => [ring]) },
      properties: { kind: 'area', name: district.name, area: district.id }
    }
  })
}

export function intersectionAssets(junctions: readonly Junction[], projection: Projection): Asset[] {
  return junctions.map((junction) =>
    pointAsset(junction.id, projection.position(junction.node.point), {
      kind: 'intersection',
      name: junction.name,
      area: junction.district.id
    })
  )
}

/** Lines are the axis of the road in driving direction, both directions on the same axis: a map draws each to its right. */
export function roadSegmentAssets(links: readonly Link[], toPosition: (ground: Point) => [number, number]): Asset[] {
  return links.map((link) => ({
    type: 'Feature',
    id: link.id,
    geometry: {
      type: 'LineString',
      coordinates: cut(link.line, link.from ? 14 : 0, link.length - (link.to ? 14 : 0)).map(toPosition)
    },
    properties: {
      kind: 'roadSegment',
      name: link.name,
      area: link.district.id,
      roadClass: link.road.class,
      ...(link.from ? { from: link.from.id } : {}),
      ...(link.to ? { to: link.to.id } : {}),
      lanes: link.road.lanes,
      freeFlowSpeed: link.road.speed
    }
  }))
}

/**
 * One detector across all lanes of an approach, or one for each lane where left turns have a phase of their own, and on
 * some two-lane approaches until there are 300. Fills in the detectors of the phases.
 */
export function detectorAssets(
  plans: readonly SignalPlan[],
  junctions: readonly Junction[],
  toPosition: (ground: Point) => [number, number]
): Asset[] {
  const approaches = plans.flatMap((plan, i) =>
    plan.approaches.map((lanes) => ({ plan, junction: junctions[i] as Junction, ...lanes }))
  )
  const perLane = new Set(approaches.filter((approach) => approach.left !== undefined))
  let count = approaches.reduce((sum, approach) => sum + (perLane.has(approach) ? approach.lanes : 1), 0)
  const wide = approaches.filter(
    (approach) => !perLane.has(approach) && approach.lanes === 2 && approach.leg.entry.road.class === 'primary'
  )
  for (const approach of wide) {
    if (count >= wantedDetectors) break
    perLane.add(approach)
    count++
  }
  const assets: Asset[] = []
  for (const approach of approaches) {
    const { plan, junction, leg, phase, left, lanes } = approach
    const lanesOf: (number | undefined)[] = perLane.has(approach)
      ? Array.from({ length: lanes }, (_, i) => i + 1)
      : [undefined]
    for (const lane of lanesOf) {
      const id = `det-${String(assets.length + 1).padStart(3, '0')}`
      const { line, length } = leg.entry
      const right = lane === undefined ? (lanes * 3.4) / 2 + 1 : 1 + (lane - 0.5) * 3.4
      const { point } = along(beside(line, right), length - Math.min(detectorAt, length / 2))
      plan.intersection.phases.find((entry) => entry.id === (lane === 1 && left ? left : phase))?.detectors.push(id)
      assets.push(
        pointAsset(id, toPosition(point), {
          kind: 'detector',
          name: detectorName(junction.name, leg.approach, lane),
          area: junction.district.id,
          expectedInterval: 60,
          refIntersection: junction.id,
          refRoadSegment: leg.entry.id,
          approach: leg.approach,
          ...(lane === undefined ? {} : { laneId: lane }),
          period: 60
        })
      )
    }
  }
  return assets
}

function detectorName(name: Name, approach: Compass, lane: number | undefined): Name {
  return {
    en: `${name.en}, from ${approach}${lane ? `, lane ${lane}` : ''}`,
    zh: `${name.zh} ${compassZh[approach]}进口${lane ? ` ${lane}车道` : ''}`
  }
}

export function carParkAssets(town: Town, land: Land, projection: Projection, random: Random): Asset[] {
  const near = (point: Point): Point => {
    for (let radius = 75; ; radius += 5) {
      const angle = random.between(0, 2 * Math.PI)
      const spot: Point = [point[0] + Math.cos(angle) * radius, point[1] + Math.sin(angle) * radius]
      if (!land.isWater(spot, 25)) return spot
    }
  }
  const hours = ['24/7', '24/7', '24/7', 'Mo-Su 06:00-23:00', 'Mo-Su 07:00-22:00']
  const garages = places.flatMap<Asset>(({ name, point, parking }) => {
    if (!parking) return []
    const area = town.districtAt(point)
    return [
      pointAsset(`p-${slug(name.en)}`, projection.position(near(point)), {
        kind: 'parkingSite',
        name: { en: `${name.en} Car Park`, zh: `${name.zh}停车场` },
        area: area.id,
        expectedInterval: 300,
        type: 'OffStreetParking',
        totalSpotNumber: parking,
        openingHours: random.pick(hours),
        maximumAllowedHeight: random.pick([1.9, 2, 2.1, 2.2, 3.5]),
        priceRatePerMinute: random.pick(
          area.use === 'oldtown' || area.use === 'commercial' ? [0.13, 0.17, 0.2] : [0.05, 0.08, 0.1]
        ),
        priceCurrency: 'CNY',
        disabledSpotNumber: Math.max(2, Math.round(parking * 0.02)),
        address: addressOf(point, town)
      })
    ]
  })
  const streets = kerbs.map<Asset>(({ name, point, spots }) =>
    pointAsset(`p-${slug(name.en)}`, projection.position(point), {
      kind: 'parkingSite',
      name,
      area: town.districtAt(point).id,
      expectedInterval: 300,
      type: 'OnStreetParking',
      totalSpotNumber: spots,
      openingHours: '24/7',
      priceRatePerMinute: 0.1,
      priceCurrency: 'CNY',
      address: addressOf(point, town)
    })
  )
  return [...garages, ...streets]
}

function addressOf(point: Point, town: Town): Name {
  const named = town.streets.filter((street) => street.name)
  const best = named.reduce((a, b) => (away(point, b) < away(point, a) ? b : a))
  const house = 1 + (Math.round(Math.abs(point[0] + point[1])) % 180)
  return { en: `${house} ${best.name?.en}`, zh: `${best.name?.zh}${house}号` }
}

function away(point: Point, street: Street): number {
  const { point: middle } = along(street.line, lengthOf(street.line) / 2)
  return Math.hypot(middle[0] - point[0], middle[1] - point[1])
}

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
    const name = { en: `${street.name.en} ${house} · ${kind.en}`, zh: `${street.name.zh}${house}号 · ${kind.zh}` }
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

export function depotAssets(town: Town, projection: Projection): Asset[] {
  return depots.map((depot) =>
    pointAsset(depot.id, projection.position(depot.point), {
      kind: 'depot',
      name: depot.name,
      area: town.districtAt(depot.point).id
    })
  )
}

/** Gives names to streets: the long ones a name of their own, which the map shows, the others a numbered lane off one of these. */
export function nameStreets(streets: readonly Street[], random: Random): void {
  const pools = new Map<'oldtown' | 'elsewhere', Name[]>([
    ['oldtown', join(streetNames.oldtown, [...streetNames.lanes, ...streetNames.kinds])],
    ['elsewhere', join(streetNames.first, streetNames.kinds)]
  ])
  const poolOf = (street: Street) => (street.district.use === 'oldtown' ? 'oldtown' : 'elsewhere')
  for (const pool of pools.values()) shuffle(pool, random)
  const named: Street[] = []
  for (const street of [...streets].sort((a, b) => lengthOf(b.line) - lengthOf(a.line))) {
    const name = pools.get(poolOf(street))?.pop()
    if (!name) continue
    street.name = name
    street.label = true
    named.push(street)
  }
  const lanes = new Map<string, number>()
  for (const street of streets) {
    if (street.name) continue
    const group = named.filter((other) => poolOf(other) === poolOf(street))
    const { point } = along(street.line, lengthOf(street.line) / 2)
    const best = group.reduce((a, b) => (away(point, b) < away(point, a) ? b : a))
    const number = (lanes.get(best.name?.en ?? '') ?? 0) + 1
    lanes.set(best.name?.en ?? '', number)
    street.name = { en: `${best.name?.en} Lane ${number}`, zh: `${best.name?.zh}${number}巷` }
  }
}

function join(first: readonly Name[], kinds: readonly Name[]): Name[] {
  return kinds.flatMap((kind) => first.map((name) => ({ en: `${name.en} ${kind.en}`, zh: `${name.zh}${kind.zh}` })))
}

function shuffle<T>(items: T[], random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(0, i)
    const [a, b] = [items[i] as T, items[j] as T]
    items[i] = b
    items[j] = a
  }
}

export function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("'", '')
    .replaceAll(/[^a-z0-9]+/g, '-')
}
