import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import type { Tokens } from './read-tokens.ts'

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
const byZoom = (of: (scale: number) => ExpressionSpecification, scale = 1): ExpressionSpecification => [
  'interpolate',
  ['linear'],
  ['zoom'],
  10,
  of(0.45 * scale),
  13,
  of(scale),
  16,
  of(2 * scale),
  18,
  of(4 * scale)
]
const known: ExpressionSpecification = [
  'match',
  ['feature-state', 'level'],
  ['free', 'dense', 'slow', 'standing'],
  1,
  0
]

/** The road links, one line per direction beside the axis, coloured and as wide as their level says. */
export function linkLayers(tokens: Tokens, display: number): LayerSpecification[] {
  const shared = { type: 'line', source: 'links' } as const
  return [
    {
      ...shared,
      id: 'links-selected',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: {
        'line-color': tokens.accent,
        'line-width': byZoom((scale) => ['+', 9, pixelsOfLevel(scale)], display),
        'line-offset': byZoom(offsetOfLevel, display),
        'line-opacity': ['case', ['boolean', ['feature-state', 'selected'], false], 0.5, 0]
      }
    },
    {
      ...shared,
      id: 'links',
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': colourOfLevel(tokens),
        'line-width': byZoom(pixelsOfLevel, display),
        'line-offset': byZoom(offsetOfLevel, display),
        'line-opacity': known
      }
    },
    {
      ...shared,
      id: 'links-stale',
      paint: {
        'line-color': tokens.dim,
        'line-width': byZoom((scale) => ['literal', 1.3 * scale] as unknown as ExpressionSpecification),
        'line-offset': byZoom(offsetOfLevel, display),
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
