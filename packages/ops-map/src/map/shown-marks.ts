import type { CityIndex } from '../city/city-index.ts'
import type { LinkMarks } from './link-marks.ts'
import type { Scene } from './mark-layers.ts'

/** One mark as it is on the map: its text and its state, told from the very data that the layers draw. */
export type ShownMark = {
  id: string
  kind: 'link' | 'intersection' | 'car-park' | 'container' | 'cluster' | 'alarm'
  label: string
  state: string
}

export function shownMarks(scene: Scene, links: LinkMarks, index: CityIndex): ShownMark[] {
  const { containers } = scene
  return [
    ...index.links.map<ShownMark>(({ id }) => {
      const { level, stale, speed } = links.of(id)
      return {
        id,
        kind: 'link',
        label: speed === undefined ? '' : `${Math.round(speed)} km/h`,
        state: stale ? 'stale' : level
      }
    }),
    ...scene.intersections.map<ShownMark>(({ id, standing, axis }) => ({
      id,
      kind: 'intersection',
      label: axis === undefined ? '' : `green ${axis}°`,
      state: standing
    })),
    ...scene.pills.map<ShownMark>(({ id, label, state }) => ({ id, kind: 'car-park', label, state })),
    ...containers.ids.flatMap<ShownMark>((id, place) => {
      const mark = containers.mark(place)
      return mark && !containers.isGrouped(place)
        ? [{ id, kind: 'container', label: mark.label, state: mark.state }]
        : []
    }),
    ...scene.clusters.map<ShownMark>(({ id, count, worst }) => ({
      id,
      kind: 'cluster',
      label: String(count),
      state: worst
    })),
    ...scene.alarms.map<ShownMark>(({ id, alarm }) => ({ id, kind: 'alarm', label: alarm.rule, state: alarm.severity }))
  ]
}
