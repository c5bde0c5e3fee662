import type { Language } from '@city-brain/model'
import type {
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
  SymbolLayerSpecification
} from 'maplibre-gl'
import type { Tokens } from './read-tokens.ts'

/** The fonts of the page, drawn by the browser: no glyph server. The first name says the weight and exists nowhere. */
const regular = ['City Regular', 'Inter Variable', 'Noto Sans SC']
const strong = ['City SemiBold', 'Inter Variable', 'Noto Sans SC']

const is = (layer: string, ...classes: string[]): ExpressionSpecification =>
  classes.length === 0
    ? ['==', ['get', 'layer'], layer]
    : ['all', ['==', ['get', 'layer'], layer], ['in', ['get', 'class'], ['literal', classes]]]

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

function label(
  id: string,
  filter: ExpressionSpecification,
  language: Language,
  tokens: Tokens,
  {
    minzoom = 0,
    maxzoom = 24,
    ...more
  }: { minzoom?: number; maxzoom?: number } & Pick<SymbolLayerSpecification, 'layout'>
): SymbolLayerSpecification {
  return {
    id,
    type: 'symbol',
    source: 'basemap',
    minzoom,
    maxzoom,
    filter,
    layout: {
      'text-field': ['get', language, ['get', 'name']],
      'text-font': regular,
      'text-size': 12,
      'text-padding': 6,
      'symbol-sort-key': ['coalesce', ['get', 'rank'], 9],
      ...more.layout
    },
    paint: { 'text-color': tokens.label, 'text-halo-color': tokens.ground, 'text-halo-width': 1.4 }
  }
}

const colourOfLevel = (tokens: Tokens): ExpressionSpecification => [
  'match',
  ['feature-state', 'level'],
  'free',
  tokens.free,
  'dense',
  tokens.dense,
  'slow',
  tokens.slow,
  'standing',
  tokens.standing,
  tokens.unknown
]

/** free 2.2 px, dense 3, slow 4, standing 5.2 at the zoom at which a city opens. */
const pixelsOfLevel = (scale: number): ExpressionSpecification => [
  'match',
  ['feature-state', 'level'],
  'free',
  2.2 * scale,
  'dense',
  3 * scale,
  'slow',
  4 * scale,
  'standing',
  5.2 * scale,
  1.4 * scale
]
/** Beside the axis: the line begins half a pixel off it, whatever its width. */
const offsetOfLevel = (scale: number): ExpressionSpecification => [
  'match',
  ['feature-state', 'level'],
  'free',
  1.1 * scale + 0.5,
  'dense',
  1.5 * scale + 0.5,
  'slow',
  2 * scale + 0.5,
  'standing',
  2.6 * scale + 0.5,
  0.7 * scale + 0.5
]
const byZoom = (of: (scale: number) => ExpressionSpecification): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['zoom'],
  10,
  of(0.45),
  13,
  of(1),
  16,
  of(2),
  18,
  of(4)
]
const known: ExpressionSpecification = [
  'match',
  ['feature-state', 'level'],
  ['free', 'dense', 'slow', 'standing'],
  1,
  0
]

function linkLayers(tokens: Tokens): LayerSpecification[] {
  const shared = { type: 'line', source: 'links' } as const
  return [
    {
      ...shared,
      id: 'links-selected',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': tokens.accent,
        'line-width': byZoom((scale) => ['+', 6, pixelsOfLevel(scale)]),
        'line-offset': byZoom(offsetOfLevel),
        'line-opacity': ['case', ['boolean', ['feature-state', 'selected'], false], 0.4, 0]
      }
    },
    {
      ...shared,
      id: 'links',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': colourOfLevel(tokens),
        'line-width': byZoom(pixelsOfLevel),
        'line-offset': byZoom(offsetOfLevel),
        'line-opacity': known
      }
    },
    {
      ...shared,
      id: 'links-stale',
      paint: {
        'line-color': tokens.dim,
        'line-width': byZoom((scale) => ['literal', 1.3 * scale] as unknown as ExpressionSpecification),
        'line-offset': byZoom(offsetOfLevel),
        'line-dasharray': [2.5, 2.5],
        'line-opacity': ['case', ['boolean', ['feature-state', 'stale'], false], 0.9, 0]
      }
    },
    {
      ...shared,
      id: 'links-hit',
      paint: { 'line-color': tokens.ground, 'line-width': 12, 'line-offset': 4, 'line-opacity': 0 }
    }
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
  tokens,
  language
}: {
  basemap: string | undefined
  links: GeoJSON.FeatureCollection
  tokens: Tokens
  language: Language
}): StyleSpecification {
  const empty: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] }
  const fill = (id: string, filter: ExpressionSpecification, colour: string): LayerSpecification => ({
    id,
    type: 'fill',
    source: 'basemap',
    filter,
    paint: { 'fill-color': colour, 'fill-antialias': true }
  })
  const upper = language === 'en'
  return {
    version: 8,
    sources: {
      basemap: { type: 'geojson', data: basemap ?? empty, tolerance: 0.2 },
      links: { type: 'geojson', data: links, promoteId: 'id', tolerance: 0.2 }
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
      ...linkLayers(tokens),
      label('label-street', is('road', 'trunk', 'primary', 'secondary'), language, tokens, {
        minzoom: 14,
        layout: { 'symbol-placement': 'line', 'text-size': 11.5, 'symbol-spacing': 420 }
      }),
      label('label-lane', is('road', 'residential'), language, tokens, {
        minzoom: 15.2,
        layout: { 'symbol-placement': 'line', 'text-size': 11 }
      }),
      ...(
        [
          [1, 13.7],
          [2, 14.6],
          [3, 15.2]
        ] as const
      ).map(([rank, minzoom]) =>
        label(`label-place-${rank}`, ['all', is('label', 'place'), ['==', ['get', 'rank'], rank]], language, tokens, {
          minzoom,
          layout: { 'text-size': 11.5, 'text-max-width': 8 }
        })
      ),
      label('label-park', is('label', 'park'), language, tokens, { minzoom: 13.8, layout: { 'text-size': 11.5 } }),
      label('label-river', is('label', 'river'), language, tokens, {
        minzoom: 11.5,
        layout: {
          'text-rotate': ['coalesce', ['get', 'angle'], 0],
          'text-letter-spacing': 0.16,
          'text-size': 12.5
        }
      }),
      label('label-district', is('label', 'district'), language, tokens, {
        maxzoom: 15.5,
        layout: {
          'text-font': strong,
          'text-size': ['interpolate', ['linear'], ['zoom'], 11, 11, 14, 14],
          'text-letter-spacing': upper ? 0.1 : 0.14,
          ...(upper ? { 'text-transform': 'uppercase' } : {}),
          'text-allow-overlap': false
        }
      })
    ]
  }
}
