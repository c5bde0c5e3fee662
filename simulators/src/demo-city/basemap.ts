import { curve } from './curve.ts'
import { halfWidthAt, type Land } from './land.ts'
import type { Name } from './name.ts'
import { coast, parks } from './plan-land.ts'
import { places } from './plan-places.ts'
import { bridges, type RoadClass, rails } from './plan-roads.ts'
import { along, at, centroid, cut, isNear, lengthOf, type Point, type Ring } from './plane.ts'
import type { Projection } from './projection.ts'
import type { Town } from './town.ts'

/**
 * `basemap.geojson`, drawn without any tile server. The properties of its features:
 * - `layer`: water | park | builtup | road | bridge | label. Draw them in the order of the file: it is the order of painting.
 * - `class`: of water: river, sea, dock, lake; of park: park, riverside, square; of builtup: the use of its district
 *   (oldtown, residential, commercial, campus, industrial, harbour); of road: trunk, primary, secondary, residential,
 *   rail; of bridge: as its road; of label: district, park, river, place.
 * - `name`: {en, zh}, on roads, bridges, parks, lakes and labels. Residential streets with a name are features of their
 *   own; those without are gathered into one MultiLineString for each district.
 * - `width`: of roads, bridges and rails, metres of carriageway: a hint for line widths.
 * - `rank`: of labels, 1 shows first.
 * - `angle`: of river labels, degrees clockwise from horizontal, for turning the text.
 */
export type BasemapFeature = {
  type: 'Feature'
  properties: Record<string, unknown>
  geometry: { type: string; coordinates: unknown }
}

const widths: Record<RoadClass, number> = { trunk: 26, primary: 20, secondary: 15, tertiary: 11 }

export function basemapOf(land: Land, town: Town, projection: Projection): BasemapFeature[] {
  const polygon = (layer: string, kind: string, ring: Ring, more: Record<string, unknown> = {}) =>
    feature({ layer, class: kind, ...more }, 'Polygon', [closed(projection.line(ring))])
  const label = (kind: string, name: Name, point: Point, rank: number, more: Record<string, unknown> = {}) =>
    feature({ layer: 'label', class: kind, name, rank, ...more }, 'Point', projection.position(point))
  return [
    ...land.parks.map((park) => polygon('park', 'park', park.ring, { name: park.name })),
    ...town.banks.map((ring) => polygon('park', 'riverside', ring)),
    ...builtUp(land, town, projection),
    ...squares(town, projection),
    polygon('water', 'river', land.river),
    polygon('water', 'sea', land.bay),
    ...land.docks.map((ring) => polygon('water', 'dock', ring)),
    ...land.lakes.map((lake) => polygon('water', 'lake', lake.ring, { name: lake.name })),
    ...residential(town, projection),
    ...rails.map((rail) =>
      feature(
        { layer: 'road', class: 'rail', name: rail.name, width: 6 },
        'LineString',
        projection.line(curve(rail.points, false, 120))
      )
    ),
    ...[...town.roads]
      .reverse()
      .map(({ road, line }) =>
        feature(
          { layer: 'road', class: road.class, name: road.name, width: widths[road.class] },
          'LineString',
          projection.line(line)
        )
      ),
    ...bridgesOf(land, town, projection),
    ...town.outlines.map(({ district }) => label('district', district.name, district.seed, 1)),
    ...parks.map((park) => label('park', park.name, park.centre, park.width > 900 ? 1 : 2)),
    ...riverLabels(land, projection, label),
    label('river', { en: 'Mingzhou Bay', zh: '明洲湾' }, [6900, -600], 1),
    ...places.map((place) => label('place', place.name, place.point, place.rank))
  ]
}

function builtUp(land: Land, town: Town, projection: Projection): BasemapFeature[] {
  const byUse = new Map<string, Ring[]>()
  for (const block of town.blocks) {
    if (!block.green) byUse.set(block.district.use, [...(byUse.get(block.district.use) ?? []), block.ring])
  }
  byUse.set('harbour', [...(byUse.get('harbour') ?? []), ...portBlocks(land)])
  return [...byUse].map(([use, rings]) =>
    feature(
      { layer: 'builtup', class: use },
      'MultiPolygon',
      rings.map((ring) => [closed(projection.line(ring, 5))])
    )
  )
}

/** The land between the city's edge and the quays, cut by the docks. */
function portBlocks(land: Land): Ring[] {
  const shore = curve(coast, false, 60)
  const shoreAt = (y: number) =>
    shore.reduce((best, point) => (Math.abs(point[1] - y) < Math.abs(best[1] - y) ? point : best))[0]
  const bands: [number, number, number][] = [
    [-400, -120, 4850],
    [-90, 95, 4820],
    [280, 480, 4830],
    [510, 720, 4900],
    [950, 1250, 5000],
    [1290, 1700, 5100]
  ]
  return bands
    .map<Ring>(([low, high, left]) => [
      [left, low],
      [shoreAt(low) - 22, low],
      [shoreAt(high) - 22, high],
      [left + 30, high]
    ])
    .filter((ring) => !land.isWater(centroid(ring)))
}

function squares(town: Town, projection: Projection): BasemapFeature[] {
  const rings = town.blocks.filter((block) => block.green).map((block) => [closed(projection.line(block.ring, 5))])
  return [feature({ layer: 'park', class: 'square' }, 'MultiPolygon', rings)]
}

function residential(town: Town, projection: Projection): BasemapFeature[] {
  const gathered = new Map<string, [number, number][][]>()
  const named: BasemapFeature[] = []
  for (const street of town.streets) {
    const line = projection.line(street.line, 5)
    if (street.label) {
      named.push(feature({ layer: 'road', class: 'residential', name: street.name, width: 9 }, 'LineString', line))
    } else gathered.set(street.district.id, [...(gathered.get(street.district.id) ?? []), line])
  }
  return [
    ...[...gathered.values()].map((lines) =>
      feature({ layer: 'road', class: 'residential', width: 7 }, 'MultiLineString', lines)
    ),
    ...named
  ]
}

/** Where a road is over the river, with some metres of ramp on either side. */
function bridgesOf(land: Land, town: Town, projection: Projection): BasemapFeature[] {
  return town.roads.flatMap(({ road, line }) => {
    const total = lengthOf(line)
    const spans: [number, number][] = []
    let begin: number | undefined
    for (let metres = 0; metres <= total; metres += 10) {
      const { point } = along(line, metres)
      const wet = isNear(point, land.riverAxis, halfWidthAt(point))
      if (wet && begin === undefined) begin = metres
      if (!wet && begin !== undefined) {
        spans.push([begin - 25, metres + 15])
        begin = undefined
      }
    }
    return spans.map(([from, to], i) => {
      const known = bridges[road.id] ?? road.name
      const side =
        spans.length > 1 && at(cut(line, from, to), 0)[0] < 0 ? { en: `West ${known.en}`, zh: `西${known.zh}` } : known
      const name = spans.length > 1 && side === known && i >= 0 ? { en: `East ${known.en}`, zh: `东${known.zh}` } : side
      return feature(
        { layer: 'bridge', class: road.class, name, width: widths[road.class] },
        'LineString',
        projection.line(cut(line, from, to))
      )
    })
  })
}

function riverLabels(
  land: Land,
  projection: Projection,
  label: (kind: string, name: Name, point: Point, rank: number, more?: Record<string, unknown>) => BasemapFeature
): BasemapFeature[] {
  const total = lengthOf(land.riverAxis)
  return [0.23, 0.39, 0.53, 0.66].map((share) => {
    const { point } = along(land.riverAxis, total * share)
    const [a, b] = [along(land.riverAxis, total * share - 120), along(land.riverAxis, total * share + 120)].map(
      (spot) => projection.ground(spot.point)
    ) as [Point, Point]
    const angle = Math.round((-Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI)
    return label('river', { en: 'Ming River', zh: '明江' }, point, 1, { angle })
  })
}

function feature(properties: Record<string, unknown>, type: string, coordinates: unknown): BasemapFeature {
  return { type: 'Feature', properties, geometry: { type, coordinates } }
}

function closed(line: [number, number][]): [number, number][] {
  const [first] = line
  return first ? [...line, first] : line
}
