import type { Intersection, LatestSignal, MovementState } from '@city-brain/model'

/**
 * The degree of control in which an intersection is, as far as the map tells it apart. Its local plan is what runs day and
 * night; somebody's hand on it, a flashing or a silent controller is what must catch the eye.
 */
export type SignalStanding = 'adaptive' | 'coordinated' | 'manual' | 'flashing' | 'dark' | 'stale' | 'unknown'
export type SignalMark = {
  standing: SignalStanding
  /** Degrees clockwise from north of the axis that has green, 0 to 179; absent while none has. */
  axis?: number
}

const bearings = { N: 0, NE: 45, E: 90, SE: 135, S: 180, SW: 225, W: 270, NW: 315 } as const

export function isGreen(state: MovementState): boolean {
  return state === 'protected-Movement-Allowed' || state === 'permissive-Movement-Allowed'
}

/** What the map says of an intersection, from its SPaT and the approaches of its phases. */
export function signalMark(signal: LatestSignal | undefined, intersection: Intersection | undefined): SignalMark {
  if (!signal) return { standing: 'unknown' }
  if (signal.stale) return { standing: 'stale' }
  const { mode, states } = signal.state
  if (states.every(({ state }) => state === 'dark' || state === 'unavailable')) return { standing: 'dark' }
  if (mode === 'flashing' || states.some(({ state }) => state === 'caution-Conflicting-Traffic'))
    return { standing: 'flashing' }
  const standing =
    mode === 'manual' ? 'manual' : mode === 'adaptive' || mode === 'actuated' ? 'adaptive' : 'coordinated'
  const axis = greenAxis(states, intersection)
  return axis === undefined ? { standing } : { standing, axis }
}

function greenAxis(
  states: LatestSignal['state']['states'],
  intersection: Intersection | undefined
): number | undefined {
  const phases = new Map(intersection?.phases.map((phase) => [phase.id, phase]))
  for (const { signalGroup, state } of states) {
    const phase = phases.get(signalGroup)
    if (isGreen(state) && phase?.approach && phase.kind !== 'pedestrian') return bearings[phase.approach] % 180
  }
  return undefined
}
