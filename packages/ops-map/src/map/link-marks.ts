import type { CityIndex } from '../city/city-index.ts'
import type { CityState } from '../live/city-state.ts'
import { type LinkTraffic, trafficOfLink } from '../marks/traffic-level.ts'

/** What each road link says now, from its detectors; tells only those whose picture changed. */
export function createLinkMarks(index: CityIndex) {
  const traffic = new Map<string, LinkTraffic>()
  const periods = new Map(index.detectors.map(({ id, properties }) => [id, properties.period]))
  const links = new Map(index.links.map((link) => [link.id, link]))
  const linkOf = new Map(index.detectors.map(({ id, properties }) => [id, properties.refRoadSegment]))

  const update = (id: string, state: CityState): boolean => {
    const link = links.get(id)
    if (!link) return false
    const readings = index.detectorsOfLink.get(id)?.map((detector) => state.entities.get(detector)) ?? []
    const next = trafficOfLink(link.properties.freeFlowSpeed, readings, (detector) => periods.get(detector))
    const before = traffic.get(id)
    traffic.set(id, next)
    return before?.level !== next.level || before.stale !== next.stale
  }

  return {
    of: (id: string): LinkTraffic => traffic.get(id) ?? { level: 'unknown', stale: false },
    ids: () => links.keys(),
    /** The links that changed because these detectors did. */
    updateOf(detectors: Iterable<string>, state: CityState): string[] {
      const touched = new Set<string>()
      for (const detector of detectors) {
        const link = linkOf.get(detector)
        if (link !== undefined) touched.add(link)
      }
      return [...touched].filter((id) => update(id, state))
    },
    updateAll(state: CityState): string[] {
      return [...links.keys()].filter((id) => update(id, state))
    }
  }
}
export type LinkMarks = ReturnType<typeof createLinkMarks>

/** The links as MapLibre draws them: the id stands in the properties, because it promotes only those. */
export function linkFeatures(index: CityIndex): GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: index.links.flatMap<GeoJSON.Feature>(({ id, geometry, properties }) =>
      geometry?.type === 'LineString'
        ? [{ type: 'Feature', geometry, properties: { id, roadClass: properties.roadClass } }]
        : []
    )
  }
}
