import type { LocalTime } from '../city/local-time.ts'
import type { Random } from '../random.ts'
import { type Demand, demandShare, endingShare } from './demand.ts'
import type { LaneGroup, Link, Signal } from './road-network.ts'

/** Vehicles of one lane group: on their way to the queue, and in it. */
export type GroupState = {
  group: LaneGroup
  queue: number
  /** Vehicles that have reached the queue, and that have crossed the stop line, since the begin. */
  arrived: number
  departed: number
  /** Whether vehicles of the queue move in this second. */
  discharging: boolean
  /** The lamp as it was for this second. */
  green: boolean
}

/** What an incident does to a link: it loses part of its capacity, or more vehicles come. */
export type Disturbance = { capacity: number; joining: number }

export type TrafficModel = {
  readonly groups: readonly GroupState[]
  groupsOf(link: string): readonly GroupState[]
  /** One second. `greenOf` says which phases have green in it. */
  step(local: LocalTime, greenOf: (signal: Signal) => boolean): void
  disturb(link: string, disturbance: Disturbance | undefined): void
  /** entered = left + inside, at every moment. */
  totals(): { entered: number; left: number; inside: number; waitingOutside: number }
  occupancyOf(link: string): number
}

const startUpLoss = 2
/** Seconds after which the first of a blocked queue looks for another way, and after which it leaves by a side street. */
const otherWayAfter = 40
const sideStreetAfter = 90

type Inner = GroupState & {
  link: LinkState
  credit: number
  greenFor: number
  head: LinkState | undefined
  blockedFor: number
}
type LinkState = {
  link: Link
  inside: number
  /** Seconds of driving to the stop line. */
  travel: number
  groups: Inner[]
  /** Vehicles that reach the queue of a group, or the end of their trip, in a second to come. */
  coming: Int32Array[]
  ending: Int32Array
  outside: number
  disturbance?: Disturbance
}

/**
 * Mesoscopic traffic: whole vehicles drive along a link at free speed, queue at its stop line, and cross it at saturation
 * flow only while their phase has green and the link that they turn into has room (so queues spill back).
 */
export function createTrafficModel(links: readonly Link[], demand: Demand, random: Random): TrafficModel {
  const horizon = 2 + Math.max(1, ...links.map((link) => Math.ceil(link.length / (link.freeSpeed * 0.85))))
  const states = links.map<LinkState>((link) => ({
    link,
    inside: 0,
    travel: Math.max(2, Math.round(link.length / (link.freeSpeed * 0.9))),
    groups: [],
    coming: link.groups.map(() => new Int32Array(horizon)),
    ending: new Int32Array(horizon),
    outside: 0
  }))
  const groups: Inner[] = []
  for (const state of states) {
    state.groups = state.link.groups.map((group) => ({
      group,
      link: state,
      queue: 0,
      arrived: 0,
      departed: 0,
      discharging: false,
      green: false,
      credit: 0,
      greenFor: 0,
      head: undefined,
      blockedFor: 0
    }))
    groups.push(...state.groups)
  }
  const byId = new Map(states.map((state) => [state.link.id, state]))
  let second = 0
  let entered = 0
  let left = 0

  /** A vehicle that has come onto a link: it ends its trip halfway, or drives to one of the queues. */
  function place(state: LinkState, isNew: boolean): void {
    state.inside++
    if (isNew) entered++
    if (state.link.isExit || random.next() < endingShare) {
      const after = state.link.isExit ? state.travel : Math.max(1, Math.round(state.travel * random.between(0.3, 0.8)))
      const slot = (second + after) % horizon
      state.ending[slot] = (state.ending[slot] ?? 0) + 1
      return
    }
    const slot = (second + state.travel) % horizon
    const first = state.link.groups[0]
    const coming = state.coming[state.coming.length > 1 && random.next() >= (first?.share ?? 1) ? 1 : 0]
    if (coming) coming[slot] = (coming[slot] ?? 0) + 1
  }

  function admit(state: LinkState, share: { entering: number; joining: number }): void {
    const { index, storage } = state.link
    state.outside += random.poisson(((demand.entering[index] ?? 0) * share.entering) / 3_600)
    while (state.outside > 0 && state.inside < storage) {
      state.outside--
      place(state, true)
    }
    const flow = (demand.joining[index] ?? 0) * share.joining + (state.disturbance?.joining ?? 0)
    for (let n = random.poisson(flow / 3_600); n > 0 && state.inside < storage; n--) place(state, true)
  }

  function arrive(state: LinkState): void {
    const slot = second % horizon
    const ending = state.ending[slot] ?? 0
    state.ending[slot] = 0
    state.inside -= ending
    left += ending
    state.coming.forEach((coming, i) => {
      const group = state.groups[i]
      const vehicles = coming[slot] ?? 0
      coming[slot] = 0
      if (!group || vehicles === 0) return
      group.queue += vehicles
      group.arrived += vehicles
    })
  }

  function chooseWay(group: Inner, withRoom: boolean): LinkState | undefined {
    const turns = withRoom ? group.group.turns.filter(({ to }) => hasRoom(states[to.index])) : group.group.turns
    let rest = random.next() * turns.reduce((sum, { share }) => sum + share, 0)
    for (const { to, share } of turns) {
      rest -= share
      if (rest <= 0) return states[to.index]
    }
    return undefined
  }

  function discharge(group: Inner, green: boolean): void {
    group.green = green
    group.discharging = false
    if (!green) {
      group.greenFor = 0
      group.credit = 0
      if (group.queue > 0 && group.blockedFor > 0) group.blockedFor++
      return
    }
    group.greenFor++
    const loss = group.group.signal ? startUpLoss : 0
    if (group.greenFor <= loss) return
    // The first vehicle of a queue crosses at once, the others follow at their headway (Webster's effective green).
    if (group.greenFor === loss + 1) group.credit = 0.95
    const rate = (group.group.saturationFlow / 3_600) * (group.link.disturbance?.capacity ?? 1)
    // Green that nobody uses is not saved for later, but for the fraction of a vehicle.
    group.credit = Math.min(group.credit + rate, Math.max(1, rate) + 1)
    while (group.credit >= 1 && group.queue > 0) {
      group.head ??= chooseWay(group, false)
      if (group.group.turns.length > 0 && !hasRoom(group.head)) {
        group.blockedFor++
        if (group.blockedFor > otherWayAfter) group.head = chooseWay(group, true)
        if (!hasRoom(group.head)) {
          if (group.blockedFor <= sideStreetAfter) return
          left++
          cross(group)
          continue
        }
      }
      const to = group.head
      cross(group)
      if (to) place(to, false)
      else left++
      group.discharging = true
    }
    if (group.queue === 0) group.credit = Math.min(group.credit, 1)
  }

  /** The first vehicle leaves the queue, and the link with it. */
  function cross(group: Inner): void {
    group.queue--
    group.departed++
    group.link.inside--
    group.credit--
    group.head = undefined
    group.blockedFor = 0
  }

  return {
    groups,
    groupsOf: (link) => byId.get(link)?.groups ?? [],
    step(local, greenOf) {
      second++
      const share = demandShare(local)
      for (const state of states) {
        admit(state, share)
        arrive(state)
      }
      for (const group of groups) {
        const { signal } = group.group
        discharge(group, signal === undefined || greenOf(signal))
      }
    },
    disturb(link, disturbance) {
      const state = byId.get(link)
      if (state) state.disturbance = disturbance
    },
    totals: () => ({
      entered,
      left,
      inside: states.reduce((sum, state) => sum + state.inside, 0),
      waitingOutside: states.reduce((sum, state) => sum + state.outside, 0)
    }),
    occupancyOf(link) {
      const state = byId.get(link)
      return state ? state.inside / state.link.storage : 0
    }
  }
}

function hasRoom(state: LinkState | undefined): boolean {
  return state !== undefined && state.inside < state.link.storage
}
