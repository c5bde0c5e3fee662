import type { Alarm } from '@city-brain/model'
import { type CityIndex, positionOf } from '../city/city-index.ts'
import type { CityState } from '../live/city-state.ts'
import { type ParkingMark, parkingMark } from '../marks/parking-mark.ts'
import { placeLabels } from '../marks/place-labels.ts'
import { compareAlarms, severityRank } from '../marks/severity.ts'
import { type SignalMark, signalMark } from '../marks/signal-mark.ts'
import { type TrafficLevel, trafficLevels } from '../marks/traffic-level.ts'
import type { LinkMarks } from './link-marks.ts'
import { pillHeight, pillWidth } from './mark-atlas.ts'
import { worldX, worldY } from './world.ts'

type Position = [number, number]
export type PillMark = ParkingMark & {
  id: string
  position: Position
  /** Offset of the pill from its place; undefined where it found none and only a point is drawn. */
  offset?: Position
}
export type IntersectionMark = SignalMark & { id: string; position: Position; level: TrafficLevel }
export type AlarmMark = { id: string; position: Position; alarm: Alarm; offset: Position }

/** Car parks with their pills placed so that none lies on another; full ones and large ones first. */
export function pillMarks(
  index: CityIndex,
  state: CityState,
  { zoom, scale, selected, overview }: { zoom: number; scale: number; selected: string | undefined; overview: boolean }
): PillMark[] {
  const marks = index.carParks.flatMap<PillMark>(({ id, geometry, properties }) =>
    geometry?.type === 'Point'
      ? [{ id, position: geometry.coordinates, ...parkingMark(state.entities.get(id), properties.totalSpotNumber) }]
      : []
  )
  const weight = (mark: PillMark) =>
    (mark.id === selected ? 1e9 : 0) + (mark.state === 'full' ? 1e6 : 0) + (mark.total ?? 0)
  marks.sort((a, b) => weight(b) - weight(a) || (a.id < b.id ? -1 : 1))
  const pixels = 2 ** zoom
  const places = placeLabels(
    marks.map(({ position, label }) => ({
      x: worldX(position[0]) * pixels,
      y: worldY(position[1]) * pixels,
      width: pillWidth(label) * scale,
      height: pillHeight * scale
    }))
  )
  return marks.map((mark, at) => {
    // From far away only what is full has a number, and the rest is a point.
    if (overview && mark.state !== 'full' && mark.id !== selected) return mark
    const place = places[at]
    return place ? { ...mark, offset: [place.dx, place.dy] } : mark
  })
}

/** Nothing about these catches the eye from far away. */
const quiet = new Set(['adaptive', 'coordinated', 'unknown'])

/** Intersections: how they run, which axis has green, and the worst level of their approaches as the bar's colour. */
export function intersectionMarks(
  index: CityIndex,
  state: CityState,
  links: LinkMarks,
  overview: boolean
): IntersectionMark[] {
  return index.intersections.flatMap<IntersectionMark>(({ id, geometry }) => {
    if (geometry?.type !== 'Point') return []
    const mark = signalMark(state.signals.get(id), index.signalOf.get(id))
    if (overview && quiet.has(mark.standing)) return []
    return [{ id, position: geometry.coordinates, level: worstApproach(index, links, id), ...mark }]
  })
}

export function worstApproach(index: CityIndex, links: LinkMarks, intersection: string): TrafficLevel {
  let worst = -1
  for (const detector of index.detectorsOfIntersection.get(intersection) ?? []) {
    const asset = index.assets.get(detector)
    const link = asset?.properties.kind === 'detector' ? asset.properties.refRoadSegment : undefined
    if (link === undefined) continue
    worst = Math.max(worst, trafficLevels.indexOf(links.of(link).level as (typeof trafficLevels)[number]))
  }
  return trafficLevels[worst] ?? 'unknown'
}

/**
 * One mark per place with an alarm, showing the worst. At the zoom of the whole city only what is high or critical; the
 * list has the rest.
 */
export function alarmMarks(index: CityIndex, state: CityState, everything: boolean): AlarmMark[] {
  const worst = new Map<string, Alarm>()
  for (const alarm of [...state.alarms.values()].sort(compareAlarms)) {
    if (!everything && severityRank(alarm.severity) > 1) continue
    const at = index.intersectionOfController.get(alarm.entity) ?? alarm.entity
    if (!worst.has(at)) worst.set(at, alarm)
  }
  return [...worst].flatMap<AlarmMark>(([id, alarm]) => {
    const asset = index.assets.get(id)
    const position = positionOf(asset)
    const beside: Position =
      asset?.properties.kind === 'container' || asset?.properties.kind === 'detector' ? [0, 0] : [9, -9]
    return position ? [{ id, position, alarm, offset: beside }] : []
  })
}
