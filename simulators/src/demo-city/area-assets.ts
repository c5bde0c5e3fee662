import type { Asset } from '@city-brain/model'
import { depots } from './plan-places.ts'
import { pointAsset } from './point-asset.ts'
import type { Projection } from './projection.ts'
import type { Town } from './town.ts'

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

export function depotAssets(town: Town, projection: Projection): Asset[] {
  return depots.map((depot) =>
    pointAsset(depot.id, projection.position(depot.point), {
      kind: 'depot',
      name: depot.name,
      area: town.districtAt(depot.point).id
    })
  )
}
