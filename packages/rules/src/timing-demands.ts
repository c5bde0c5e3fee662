import type { Condition, RuleRuntime } from './condition.ts'
import type { DueQueue, Timer } from './due-queue.ts'

/** A rule that asks for the timing of an intersection, because of one or several of its detectors. */
export type TimingDemand = Timer & {
  readonly kind: 'timing'
  readonly runtime: RuleRuntime
  readonly intersection: string
  /** Detectors for which the rule stands. */
  readonly members: Set<string>
  /** Monotonic time of the newest request. */
  requestedAt: number | undefined
}

export type TimingDemandState = {
  rule: string
  intersection: string
  members: string[]
  requestedAt?: number
  due?: number
}

/** A standing demand is renewed after this share of its duration, so that the timing never runs out between two requests. */
const renewalShare = 0.8
/** A further detector of the same intersection changes the demand, but not more often than this, milliseconds. */
const closestRequests = 60_000

export type TimingDemands = {
  /** The rule stands for one more detector: asks at once, or as soon as the request before is not too close. */
  join(condition: Condition, intersection: string, now: number): void
  /** It stands no longer for this one. With the last detector the renewals end, and the timing expires by itself. */
  leave(condition: Condition, intersection: string): void
  /** The moment of a renewal has come. */
  renew(demand: TimingDemand, now: number): void
  snapshot(): TimingDemandState[]
  restore(states: readonly TimingDemandState[], runtimes: ReadonlyMap<string, RuleRuntime>): void
}

export function createTimingDemands(
  queue: Pick<DueQueue<TimingDemand>, 'set'>,
  /** Asks, because of the detector that was judged last. */
  request: (demand: TimingDemand, because: Condition, causes: number[]) => void
): TimingDemands {
  const demands = new Map<string, TimingDemand>()

  const demandOf = (runtime: RuleRuntime, intersection: string): TimingDemand => {
    const key = `${runtime.rule.id}/${intersection}`
    let demand = demands.get(key)
    if (!demand) {
      demand = {
        kind: 'timing',
        key,
        runtime,
        intersection,
        members: new Set(),
        requestedAt: undefined,
        due: undefined
      }
      demands.set(key, demand)
    }
    return demand
  }

  const ask = (demand: TimingDemand, now: number) => {
    const standing = [...demand.members]
      .map((entity) => demand.runtime.conditions.get(entity))
      .filter((condition) => condition !== undefined)
      .sort((a, b) => b.last - a.last)
    const [because] = standing
    if (!because) return
    demand.requestedAt = now
    queue.set(demand, now + (demand.runtime.rule.requestTiming ?? 0) * renewalShare)
    request(
      demand,
      because,
      standing.map(({ last }) => last).sort((a, b) => a - b)
    )
  }

  return {
    join(condition, intersection, now) {
      const demand = demandOf(condition.runtime, intersection)
      if (demand.members.has(condition.entity)) return
      demand.members.add(condition.entity)
      const earliest = (demand.requestedAt ?? Number.NEGATIVE_INFINITY) + closestRequests
      if (earliest <= now) ask(demand, now)
      else if (demand.due === undefined || earliest < demand.due) queue.set(demand, earliest)
    },
    leave(condition, intersection) {
      const demand = demands.get(`${condition.runtime.rule.id}/${intersection}`)
      demand?.members.delete(condition.entity)
      if (demand?.members.size === 0) demand.due = undefined
    },
    renew: ask,
    snapshot: () =>
      [...demands.values()].map(({ runtime, intersection, members, requestedAt, due }) => ({
        rule: runtime.rule.id,
        intersection,
        members: [...members],
        ...(requestedAt === undefined ? {} : { requestedAt }),
        ...(due === undefined ? {} : { due })
      })),
    restore(states, runtimes) {
      demands.clear()
      for (const { rule, intersection, members, requestedAt, due } of states) {
        const runtime = runtimes.get(rule)
        if (runtime?.rule.requestTiming === undefined) continue
        const demand = demandOf(runtime, intersection)
        for (const member of members) if (runtime.conditions.has(member)) demand.members.add(member)
        demand.requestedAt = requestedAt
        if (due !== undefined && demand.members.size > 0) queue.set(demand, due)
      }
    }
  }
}
