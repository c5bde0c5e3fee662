import type { AssetCollection, Intersection } from '@city-brain/model'

const text = (en: string, zh: string) => ({ en, zh })

/** A plain crossing for tests: phase 1 and 3 are the two directions of the main street, phase 2 is the side street. */
export function twoStreets(): Intersection {
  const street = {
    minimumGreen: 8,
    maximumGreen: 70,
    yellowChange: 3,
    redClearance: 2,
    lanes: 2,
    saturationFlow: 3_600
  }
  return {
    intersection: 'riverside-1',
    revision: 3,
    controller: 'controller-1',
    cycle: { minimum: 40, maximum: 120 },
    phases: [
      { id: 1, name: text('Main street east', '主路东向'), approach: 'W', ...street, detectors: ['det-w1', 'det-w2'] },
      { id: 2, name: text('Side street', '支路'), approach: 'N', ...street, detectors: ['det-n'] },
      { id: 3, name: text('Main street west', '主路西向'), approach: 'E', ...street, detectors: ['det-e'] }
    ],
    conflicts: [
      [1, 2],
      [2, 3]
    ],
    stages: [[1, 3], [2]],
    plan: { cycle: 80, greens: [40, 30], offset: 5 }
  }
}

/** Its assets: two lane detectors from the west, one for all lanes from north and east. */
export function twoStreetsAssets(): AssetCollection {
  const place = { name: text('Riverside 1', '滨河一'), area: 'riverside' }
  const point = { type: 'Point' as const, coordinates: [13.74, 51.05] as [number, number] }
  const detector = {
    kind: 'detector' as const,
    ...place,
    period: 30,
    expectedInterval: 30,
    refIntersection: 'riverside-1'
  }
  const feature = { type: 'Feature' as const, geometry: point }
  return {
    type: 'FeatureCollection',
    features: [
      { ...feature, id: 'riverside-1', properties: { kind: 'intersection', ...place } },
      { ...feature, id: 'det-w1', properties: { ...detector, approach: 'W', laneId: 1 } },
      { ...feature, id: 'det-w2', properties: { ...detector, approach: 'W', laneId: 2 } },
      { ...feature, id: 'det-n', properties: { ...detector, approach: 'N', refRoadSegment: 'side-street' } },
      { ...feature, id: 'det-e', properties: { ...detector, approach: 'E' } },
      {
        type: 'Feature',
        id: 'side-street',
        geometry: {
          type: 'LineString',
          coordinates: [
            [13.74, 51.0509],
            [13.74, 51.05]
          ]
        },
        properties: { kind: 'roadSegment', ...place, roadClass: 'secondary', lanes: 2, freeFlowSpeed: 50 }
      }
    ]
  }
}
