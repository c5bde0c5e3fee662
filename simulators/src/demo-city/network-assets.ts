import type { Asset } from '@city-brain/model'
import { type Compass, compassZh, type Junction, type Link } from './junctions.ts'
import type { Name } from './name.ts'
import { along, beside, cut, type Point } from './plane.ts'
import { pointAsset } from './point-asset.ts'
import type { Projection } from './projection.ts'
import type { SignalPlan } from './signal-plans.ts'

const wantedDetectors = 300
/** Metres upstream of the stop line. */
const detectorAt = 40

export function intersectionAssets(junctions: readonly Junction[], projection: Projection): Asset[] {
  return junctions.map((junction) =>
    pointAsset(junction.id, projection.position(junction.node.point), {
      kind: 'intersection',
      name: junction.name,
      area: junction.district.id
    })
  )
}

/** Lines are the axis of the road in driving direction, both directions on the same axis: a map draws each to its right. */
export function roadSegmentAssets(links: readonly Link[], toPosition: (ground: Point) => [number, number]): Asset[] {
  return links.map((link) => ({
    type: 'Feature',
    id: link.id,
    geometry: {
      type: 'LineString',
      coordinates: cut(link.line, link.from ? 14 : 0, link.length - (link.to ? 14 : 0)).map(toPosition)
    },
    properties: {
      kind: 'roadSegment',
      name: link.name,
      area: link.district.id,
      roadClass: link.road.class,
      ...(link.from ? { from: link.from.id } : {}),
      ...(link.to ? { to: link.to.id } : {}),
      lanes: link.road.lanes,
      freeFlowSpeed: link.road.speed
    }
  }))
}

/**
 * One detector across all lanes of an approach, or one for each lane where left turns have a phase of their own, and on
 * some two-lane approaches until there are 300. Fills in the detectors of the phases.
 */
export function detectorAssets(
  plans: readonly SignalPlan[],
  junctions: readonly Junction[],
  toPosition: (ground: Point) => [number, number]
): Asset[] {
  const approaches = plans.flatMap((plan, i) =>
    plan.approaches.map((lanes) => ({ plan, junction: junctions[i] as Junction, ...lanes }))
  )
  const perLane = new Set(approaches.filter((approach) => approach.left !== undefined))
  let count = approaches.reduce((sum, approach) => sum + (perLane.has(approach) ? approach.lanes : 1), 0)
  const wide = approaches.filter(
    (approach) => !perLane.has(approach) && approach.lanes === 2 && approach.leg.entry.road.class === 'primary'
  )
  for (const approach of wide) {
    if (count >= wantedDetectors) break
    perLane.add(approach)
    count++
  }
  const assets: Asset[] = []
  for (const approach of approaches) {
    const { plan, junction, leg, phase, left, lanes } = approach
    const lanesOf: (number | undefined)[] = perLane.has(approach)
      ? Array.from({ length: lanes }, (_, i) => i + 1)
      : [undefined]
    for (const lane of lanesOf) {
      const id = `det-${String(assets.length + 1).padStart(3, '0')}`
      const { line, length } = leg.entry
      const right = lane === undefined ? (lanes * 3.4) / 2 + 1 : 1 + (lane - 0.5) * 3.4
      const { point } = along(beside(line, right), length - Math.min(detectorAt, length / 2))
      plan.intersection.phases.find((entry) => entry.id === (lane === 1 && left ? left : phase))?.detectors.push(id)
      assets.push(
        pointAsset(id, toPosition(point), {
          kind: 'detector',
          name: detectorName(junction.name, leg.approach, lane),
          area: junction.district.id,
          expectedInterval: 60,
          refIntersection: junction.id,
          refRoadSegment: leg.entry.id,
          approach: leg.approach,
          ...(lane === undefined ? {} : { laneId: lane }),
          period: 60
        })
      )
    }
  }
  return assets
}

function detectorName(name: Name, approach: Compass, lane: number | undefined): Name {
  return {
    en: `${name.en}, from ${approach}${lane ? `, lane ${lane}` : ''}`,
    zh: `${name.zh} ${compassZh[approach]}进口${lane ? ` ${lane}车道` : ''}`
  }
}
