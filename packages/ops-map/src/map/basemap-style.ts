import type { Language } from '@city-brain/model'
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import { labelLayers } from './label-layers.ts'
import { layerIs as is } from './layer-is.ts'
import { linkLayers } from './link-layers.ts'
import type { Tokens } from './read-tokens.ts'

/** Widths in pixels by zoom; between the steps they grow as the map does. */
const width = (...steps: [zoom: number, pixels: number][]): ExpressionSpecification =>
  ['interpolate', ['exponential', 1.6], ['zoom'], ...steps.flat()] as unknown as ExpressionSpecification

const roads: { classes: string[]; road: ExpressionSpecification; casing: ExpressionSpecification; from: number }[] = [
  {
    classes: ['residential', 'service', 'tertiary'],
    road: width([12, 0.6], [13, 1.6], [15, 5], [18, 30]),
    casing: width([12, 0], [13, 2.2], [15, 6.4], [18, 32]),
    from: 12
  },
  {
    classes: ['secondary'],
    road: width([10, 1.2], [13, 6.4], [15, 12], [18, 52]),
    casing: width([10, 1.8], [13, 7.8], [15, 13.6], [18, 54]),
    from: 9
  },
  {
    classes: ['primary', 'trunk', 'motorway'],
    road: width([10, 2], [13, 8], [15, 15], [18, 68]),
    casing: width([10, 2.8], [13, 9.6], [15, 17], [18, 70]),
    from: 6
  }
]

function roadLayers(layer: string, tokens: Tokens): LayerSpecification[] {
  const shared = { type: 'line', source: 'basemap', layout: { 'line-cap': 'round', 'line-join': 'round' } } as const
  return [
    ...roads.map<LayerSpecification>(({ classes, casing, from }) => ({
      ...shared,
      id: `${layer}-casing-${classes[0]}`,
      minzoom: from,
      filter: is(layer, ...classes),
      paint: { 'line-color': tokens.casing, 'line-width': casing }
    })),
    ...roads.map<LayerSpecification>(({ classes, road, from }) => ({
      ...shared,
      id: `${layer}-${classes[0]}`,
      minzoom: from,
      filter: is(layer, ...classes),
      paint: { 'line-color': tokens.road, 'line-width': road }
    }))
  ]
}

/**
 * The whole style as GeoJSON sources, with neither tiles nor glyphs. `basemap`: features with `layer` (builtup, park,
 * water, road, bridge, label), `class` and, where named, `name` in each language. `links`: the road segments, coloured by
 * feature-state `level`.
 */
export function basemapStyle({
  basemap,
  links,
  obstacles,
  tokens,
  language,
  scale = 1
}: {
  basemap: string | undefined
  links: GeoJSON.FeatureCollection
  /** Where marks lie, with the `image` of their size: labels keep off them. */
  obstacles?: GeoJSON.FeatureCollection
  tokens: Tokens
  language: Language
  /** Of labels and of the lines of the traffic: larger on a wall. */
  scale?: number
}): StyleSpecification {
  const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }
  const fill = (id: string, filter: ExpressionSpecification, colour: string): LayerSpecification => ({
    id,
    type: 'fill',
    source: 'basemap',
    filter,
    paint: { 'fill-color': colour, 'fill-antialias': true }
  })
  return {
    version: 8,
    sources: {
      basemap: { type: 'geojson', data: basemap ?? empty, tolerance: 0.2 },
      links: { type: 'geojson', data: links, promoteId: 'id', tolerance: 0.2 },
      obstacles: { type: 'geojson', data: obstacles ?? empty }
    },
    transition: { duration: 0, delay: 0 },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': tokens.ground } },
      fill('builtup', is('builtup'), tokens.building),
      fill('park', is('park', 'park', 'riverside'), tokens.park),
      fill('square', is('park', 'square'), tokens.road),
      fill('water', is('water'), tokens.water),
      {
        id: 'rail',
        type: 'line',
        source: 'basemap',
        filter: is('road', 'rail'),
        paint: {
          'line-color': tokens.casing,
          'line-width': width([11, 0.8], [14, 2], [18, 8]),
          'line-dasharray': [4, 2]
        }
      },
      ...roadLayers('road', tokens),
      ...roadLayers('bridge', tokens),
      ...linkLayers(tokens, scale),
      ...labelLayers(language, tokens, scale)
    ]
  }
}
