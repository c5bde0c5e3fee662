import type { Layer } from '@deck.gl/core'
import { IconLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import type { ContainerCluster, ContainerMarks } from './container-marks.ts'
import { type MarkAtlas, pillIcon } from './mark-atlas.ts'
import type { AlarmMark, IntersectionMark, PillMark } from './point-marks.ts'
import { rgba, type Tokens } from './read-tokens.ts'

/** Everything that the layers draw at one moment. */
export type Scene = {
  containers: ContainerMarks
  /** New wrappers where their arrays were rewritten: deck.gl looks only at whether the object is another one. */
  containerData: ContainerData
  silent: { id: string; position: [number, number] }[]
  clusters: ContainerCluster[]
  pills: PillMark[]
  intersections: IntersectionMark[]
  alarms: AlarmMark[]
  selected?: { id: string; position: [number, number]; radius: number }
}
export type ContainerData = {
  length: number
  attributes: {
    getPosition: { value: Float32Array; size: 2 }
    getFillColor: { value: Uint8ClampedArray; size: 4 }
    getRadius: { value: Float32Array; size: 1 }
  }
}

const font = { fontFamily: 'Inter Variable', fontSettings: { fontSize: 44, buffer: 5 } }
const digits = 'P 0123456789?–k.+%'.split('')

/**
 * The layers from below to above. Ids are fixed, so that deck.gl keeps what did not change. `scale` is that of the whole
 * display (larger on a wall), `shrink` that of dots and squares by zoom.
 */
export function markLayers(scene: Scene, atlas: MarkAtlas, tokens: Tokens, shrink: number, scale: number): Layer[] {
  const icons = {
    iconAtlas: atlas.image as unknown as string,
    iconMapping: atlas.mapping,
    sizeUnits: 'pixels' as const,
    sizeScale: scale,
    alphaCutoff: 0.05
  }
  const sizeOf = (name: string) => (atlas.mapping[name]?.height ?? 0) / atlas.scale
  const clusterColour = ({ worst }: ContainerCluster) =>
    worst === 'fire'
      ? rgba(tokens.critical)
      : worst === 'full'
        ? rgba(tokens['container-full'])
        : worst === 'half'
          ? rgba(tokens['container-half'])
          : rgba(tokens.dim)
  const placed = scene.pills.filter(({ offset }) => offset)
  const inkOf = ({ state }: PillMark) =>
    state === 'free' || state === 'full' ? rgba(tokens['accent-ink']) : rgba(tokens.dim)

  return [
    // Below the marks: what is selected keeps its own colour.
    new ScatterplotLayer({
      id: 'selected',
      radiusScale: scale,
      data: scene.selected ? [scene.selected] : [],
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      stroked: true,
      filled: true,
      getPosition: ({ position }) => position,
      getRadius: ({ radius }) => radius,
      getFillColor: rgba(tokens.panel, 120),
      getLineColor: rgba(tokens.accent),
      getLineWidth: 2.2,
      updateTriggers: { getFillColor: tokens, getLineColor: tokens }
    }),
    new ScatterplotLayer({
      id: 'containers',
      data: scene.containerData,
      pickable: true,
      radiusUnits: 'pixels',
      radiusScale: shrink * scale,
      lineWidthUnits: 'pixels',
      stroked: true,
      getLineColor: rgba(tokens.ground),
      getLineWidth: 0.8
    }),
    new IconLayer({
      id: 'containers-silent',
      data: scene.silent,
      pickable: true,
      ...icons,
      getIcon: () => 'container/stale',
      getPosition: ({ position }) => position,
      getSize: sizeOf('container/stale') * shrink,
      updateTriggers: { getSize: shrink }
    }),
    new ScatterplotLayer<ContainerCluster>({
      id: 'clusters',
      radiusScale: scale,
      data: scene.clusters,
      pickable: true,
      radiusUnits: 'pixels',
      lineWidthUnits: 'pixels',
      stroked: true,
      getPosition: ({ position }) => position,
      getRadius: ({ count }) => (count < 10 ? 9 : count < 100 ? 11 : 14),
      getFillColor: rgba(tokens.panel),
      getLineColor: clusterColour,
      getLineWidth: 2.4,
      updateTriggers: { getFillColor: tokens, getLineColor: tokens }
    }),
    new TextLayer<ContainerCluster>({
      id: 'cluster-counts',
      data: scene.clusters,
      ...font,
      sizeScale: scale,
      fontWeight: 600,
      characterSet: digits,
      getText: ({ count }) => String(count),
      getPosition: ({ position }) => position,
      getSize: 10.5,
      getColor: rgba(tokens.ink),
      updateTriggers: { getColor: tokens }
    }),
    new IconLayer<IntersectionMark>({
      id: 'intersections',
      data: scene.intersections,
      pickable: true,
      ...icons,
      getIcon: ({ standing }) => `signal/${standing}`,
      getPosition: ({ position }) => position,
      getSize: sizeOf('signal/adaptive') * shrink,
      updateTriggers: { getSize: shrink }
    }),
    new IconLayer<IntersectionMark>({
      id: 'intersection-bars',
      data: scene.intersections.filter(({ standing }) => ['adaptive', 'coordinated', 'manual'].includes(standing)),
      ...icons,
      getIcon: ({ axis, level }) => `${axis === undefined ? 'dot' : 'bar'}/${level}`,
      getPosition: ({ position }) => position,
      // deck.gl turns counter-clockwise, bearings go clockwise.
      getAngle: ({ axis }) => -(axis ?? 0),
      getSize: sizeOf('bar/free') * shrink,
      updateTriggers: { getSize: shrink }
    }),
    new IconLayer<PillMark>({
      id: 'car-park-points',
      data: scene.pills.filter(({ offset }) => offset?.[0] !== 0 || offset[1] !== 0),
      pickable: true,
      ...icons,
      getIcon: () => 'anchor',
      getPosition: ({ position }) => position,
      getSize: sizeOf('anchor')
    }),
    new IconLayer<PillMark>({
      id: 'car-parks',
      data: placed,
      pickable: true,
      ...icons,
      getIcon: ({ state, label }) => pillIcon(state, label),
      getPosition: ({ position }) => position,
      getPixelOffset: ({ offset }) => offset ?? [0, 0],
      getSize: sizeOf('pill/free/5')
    }),
    new TextLayer<PillMark>({
      id: 'car-park-numbers',
      data: placed,
      ...font,
      sizeScale: scale,
      fontWeight: 600,
      characterSet: digits,
      getText: ({ label }) => label,
      getPosition: ({ position }) => position,
      getPixelOffset: ({ offset }) => offset ?? [0, 0],
      getSize: 11.5,
      getColor: inkOf,
      updateTriggers: { getColor: tokens }
    }),
    new IconLayer<AlarmMark>({
      id: 'alarms',
      data: scene.alarms,
      pickable: true,
      ...icons,
      getIcon: ({ alarm }) => `alarm/${alarm.severity}`,
      getPosition: ({ position }) => position,
      getPixelOffset: ({ offset }) => offset,
      getSize: sizeOf('alarm/critical')
    })
  ]
}
