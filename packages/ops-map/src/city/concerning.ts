import type { CityIndex } from './city-index.ts'

/** The entities whose alarms are about this one too: detectors and controller of an intersection, detectors of a road. */
export function concerning(index: CityIndex, id: string): string[] {
  const controller = index.signalOf.get(id)?.controller
  return [
    id,
    ...(index.detectorsOfIntersection.get(id) ?? []),
    ...(index.detectorsOfLink.get(id) ?? []),
    ...(controller === undefined ? [] : [controller])
  ]
}
