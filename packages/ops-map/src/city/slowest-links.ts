import type { CityState } from '../live/city-state.ts'
import { delayOf, lengthOf, type TrafficLevel, trafficOfLink } from '../marks/traffic-level.ts'
import type { CityIndex } from './city-index.ts'

export type SlowLink = {
  id: string
  level: TrafficLevel
  speed: number
  freeFlowSpeed: number
  delay: number
  flow?: number
}

/** The links whose drivers lose most time, worst first; links at free flow are left out. */
export function slowestLinks(index: CityIndex, state: CityState, limit = 50): SlowLink[] {
  const periods = (id: string) => {
    const properties = index.assets.get(id)?.properties
    return properties?.kind === 'detector' ? properties.period : undefined
  }
  const slow = index.links.flatMap<SlowLink>(({ id, geometry, properties }) => {
    const readings = index.detectorsOfLink.get(id)?.map((detector) => state.entities.get(detector)) ?? []
    const { level, speed, flow } = trafficOfLink(properties.freeFlowSpeed, readings, periods)
    if (speed === undefined || level === 'free' || geometry?.type !== 'LineString') return []
    const delay = delayOf(lengthOf(geometry.coordinates), speed, properties.freeFlowSpeed)
    return [
      { id, level, speed, freeFlowSpeed: properties.freeFlowSpeed, delay, ...(flow === undefined ? {} : { flow }) }
    ]
  })
  return slow.sort((a, b) => b.delay - a.delay).slice(0, limit)
}
