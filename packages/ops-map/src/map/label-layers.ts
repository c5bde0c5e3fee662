import type { Language } from '@city-brain/model'
import type { ExpressionSpecification, LayerSpecification, SymbolLayerSpecification } from 'maplibre-gl'
import { layerIs as is } from './layer-is.ts'
import type { Tokens } from './read-tokens.ts'

/** The fonts of the page, drawn by the browser: no glyph server. The first name says the weight and exists nowhere. */
const regular = ['City Regular', 'Inter Variable', 'Noto Sans SC']
const strong = ['City SemiBold', 'Inter Variable', 'Noto Sans SC']

/** The four places around a point, so many ems away. */
function around(away: number): (string | [number, number])[] {
  return ['top', [0, away], 'bottom', [0, -away], 'left', [away, 0], 'right', [-away, 0]]
}

/** The names of the basemap in the language that is shown. Where a name would lie under a mark it moves aside, or is left out. */
export function labelLayers(language: Language, tokens: Tokens, scale: number): LayerSpecification[] {
  const label = (
    id: string,
    filter: ExpressionSpecification,
    {
      minzoom = 0,
      maxzoom = 24,
      size,
      layout
    }: { minzoom?: number; maxzoom?: number; size: number; layout?: SymbolLayerSpecification['layout'] }
  ): LayerSpecification => ({
    id,
    type: 'symbol',
    source: 'basemap',
    minzoom,
    maxzoom,
    filter: ['all', ['has', 'name'], filter],
    layout: {
      'text-field': ['get', language, ['get', 'name']],
      'text-font': regular,
      'text-size': size * scale,
      'text-padding': 5,
      'symbol-sort-key': ['coalesce', ['get', 'rank'], 9],
      ...layout
    },
    paint: { 'text-color': tokens.label, 'text-halo-color': tokens.ground, 'text-halo-width': 1.4 }
  })
  const beside: SymbolLayerSpecification['layout'] = {
    // On its place, else close around it, else a little further away; in ems.
    'text-variable-anchor-offset': ['center', [0, 0], ...around(1.1), ...around(2.4)],
    'text-justify': 'auto'
  }
  const upper = language === 'en'
  const places = [
    [1, 13.7],
    [2, 14.6],
    [3, 15.2]
  ] as const
  return [
    label('label-street', is('road', 'trunk', 'primary', 'secondary'), {
      minzoom: 14,
      size: 11.5,
      layout: { 'symbol-placement': 'line', 'symbol-spacing': 420 }
    }),
    label('label-lane', is('road', 'residential'), { minzoom: 15.2, size: 11, layout: { 'symbol-placement': 'line' } }),
    ...places.map(([rank, minzoom]) =>
      label(`label-place-${rank}`, ['all', is('label', 'place'), ['==', ['get', 'rank'], rank]], {
        minzoom,
        size: 11.5,
        layout: { 'text-max-width': 8, ...beside }
      })
    ),
    label('label-park', is('label', 'park'), { minzoom: 13.8, size: 11.5, layout: beside }),
    label('label-river', is('label', 'river'), {
      minzoom: 11.5,
      size: 12.5,
      // A river's name has its one place; where a bridge's marks stand on it, they may.
      layout: {
        'text-rotate': ['coalesce', ['get', 'angle'], 0],
        'text-letter-spacing': 0.16,
        'text-allow-overlap': true
      }
    }),
    label('label-district', is('label', 'district'), {
      maxzoom: 15.5,
      size: 13,
      layout: {
        'text-font': strong,
        'text-letter-spacing': upper ? 0.1 : 0.14,
        ...(upper ? { 'text-transform': 'uppercase' } : {}),
        ...beside
      }
    }),
    // MapLibre places from the top layer down: what stands here is in place before any name.
    {
      id: 'obstacles',
      type: 'symbol',
      source: 'obstacles',
      layout: { 'icon-image': ['get', 'image'], 'icon-size': scale, 'icon-allow-overlap': true, 'icon-padding': 0 }
    }
  ]
}
