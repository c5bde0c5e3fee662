import type { CityIndex } from '../city/city-index.ts'

/** Sizes in pixels of what deck.gl draws over the labels, by the name of a transparent image. */
const sizes: Record<string, readonly [width: number, height: number]> = {
  'obstacle-intersection': [20, 20],
  'obstacle-car-park': [50, 24]
}

/**
 * MapLibre places the labels and does not know the marks that deck.gl draws over them. Transparent icons where the marks
 * lie keep the labels off them.
 */
export function labelObstacles(index: CityIndex): GeoJSON.FeatureCollection {
  const of = (assets: readonly { geometry: { type: string } | null }[], image: string) =>
    assets.flatMap<GeoJSON.Feature>(({ geometry }) =>
      geometry?.type === 'Point'
        ? [{ type: 'Feature', geometry: geometry as GeoJSON.Point, properties: { image } }]
        : []
    )
  return {
    type: 'FeatureCollection',
    features: [...of(index.intersections, 'obstacle-intersection'), ...of(index.carParks, 'obstacle-car-park')]
  }
}

/** The transparent image of a name, or undefined where it is none of ours. */
export function obstacleImage(name: string): { width: number; height: number; data: Uint8Array } | undefined {
  const size = sizes[name]
  if (!size) return undefined
  const [width, height] = size
  return { width, height, data: new Uint8Array(width * height * 4) }
}
