import type { Asset } from '@city-brain/model'

export function pointAsset(id: string, place: [number, number], properties: Asset['properties']): Asset {
  return { type: 'Feature', id, geometry: { type: 'Point', coordinates: place }, properties }
}
