import { createRandom } from '../random.ts'
import type { Link } from './road-network.ts'
import type { Disturbance, TrafficModel } from './traffic-model.ts'

export type Incident = {
  link: string
  kind: 'lane-blocked' | 'surge'
  from: number
  to: number
  disturbance: Disturbance
}

/** How often incidents are looked for; each slot of so many milliseconds has its own, decided by the seed. */
const slot = 1_800_000

export type Incidents = {
  /** Applies what is going on at a moment; answers what has begun since the last call. */
  apply(now: number): Incident[]
}

/**
 * A vehicle that broke down and blocks a lane, or a crowd that leaves an event: at least one each half hour, at any hour,
 * so that there is always something to look after. Three more are under way when the simulation starts.
 */
export function createIncidents(options: {
  links: readonly Link[]
  model: TrafficModel
  /** veh/h that a link's local plans let through. */
  capacityOf: (link: Link) => number
  seed: number
  startedAt: number
}): Incidents {
  const { links, model, capacityOf, seed, startedAt } = options
  const candidates = links.filter(
    (link) => !link.isExit && link.length > 350 && link.groups.some((group) => group.signal)
  )
  let active: Incident[] = []

  const incidentsOf = (index: number): Incident[] => {
    const random = createRandom(seed, `incidents/${index}`)
    const count = candidates.length === 0 ? 0 : random.integer(1, 2)
    return Array.from({ length: count }, () =>
      make(
        random.pick(candidates),
        random.next() < 0.6 ? 'surge' : 'lane-blocked',
        index * slot + random.between(0, slot / 2),
        random.between(600, 1_300)
      )
    )
  }

  const make = (link: Link, kind: Incident['kind'], from: number, seconds: number): Incident => ({
    link: link.id,
    kind,
    from,
    to: from + seconds * 1_000,
    disturbance:
      kind === 'surge'
        ? { capacity: 1, joining: capacityOf(link) * 1.15 }
        : { capacity: 0.3, joining: capacityOf(link) * 0.35 }
  })

  const opening = (): Incident[] => {
    if (candidates.length === 0) return []
    const random = createRandom(seed, 'incidents/opening')
    return ['surge', 'surge', 'lane-blocked'].map((kind, i) =>
      make(random.pick(candidates), kind as Incident['kind'], startedAt - (300 - i * 60) * 1_000, 1_500)
    )
  }
  const first = opening()

  return {
    apply(now) {
      const index = Math.floor(now / slot)
      const known = [...first, ...incidentsOf(index - 1), ...incidentsOf(index)].filter(
        ({ from, to }) => from <= now && now < to
      )
      const key = (incident: Incident) => `${incident.link}/${incident.from}`
      const before = new Set(active.map(key))
      const begun = known.filter((incident) => !before.has(key(incident)))
      for (const incident of active)
        if (!known.some((other) => other.link === incident.link)) model.disturb(incident.link, undefined)
      for (const incident of begun) model.disturb(incident.link, incident.disturbance)
      active = known
      return begun
    }
  }
}
