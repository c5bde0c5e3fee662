import type { ExpressionSpecification } from 'maplibre-gl'

/** A filter: features of a layer of the basemap, of any of the classes where some are given. */
export function layerIs(layer: string, ...classes: string[]): ExpressionSpecification {
  return classes.length === 0
    ? ['==', ['get', 'layer'], layer]
    : ['all', ['==', ['get', 'layer'], layer], ['in', ['get', 'class'], ['literal', classes]]]
}
