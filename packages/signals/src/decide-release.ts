import {
  type Decision,
  formatInstant,
  type Intersection,
  type SignalCommandMessage,
  type SignalTiming
} from '@city-brain/model'
import { checkTiming } from './check-timing.ts'
import type { ReportedState, WatchedTime } from './controller-watch.ts'
import type { Decided } from './decide-timing.ts'
import { deliverWithin } from './decide-timing.ts'

/** An operator's release as it waits. Plain JSON. */
export type WaitingRelease = { offset: number; operator: string; told?: 'no-state' | 'under-way' }

/** A decision on a release bears the rule `operator`, version 0. */
export function releaseDecision(
  release: WaitingRelease,
  before: SignalTiming,
  more: Pick<Decision, 'outcome'> & Partial<Decision>
): Omit<Decision, 'decision'> {
  return {
    rule: 'operator',
    ruleVersion: 0,
    request: release.offset,
    demand: [],
    before,
    limits: [],
    causes: [release.offset],
    ...more
  }
}

/** How long a release may take, milliseconds: the cycle that runs and one more. */
export const releaseWithin = (intersection: Intersection): number => deliverWithin + 2_000 * intersection.cycle.maximum

/** The command that brings the local plan back, or why there is none. It passes the same check as every command. */
export function decideRelease(given: {
  intersection: Intersection
  release: WaitingRelease
  reported: ReportedState
  /** Whether a command was taken that the controller does not report yet. */
  pending: boolean
  time: WatchedTime
  commandId: string
}): Decided {
  const { intersection, release, reported, time, commandId } = given
  const before = reported.state.timing
  const causes = [release.offset, reported.offset].sort((a, b) => a - b)
  if (reported.state.commandId === undefined && !given.pending) {
    const reason = { en: 'The local plan runs already', zh: '已在运行本地方案' }
    return { decision: releaseDecision(release, before, { outcome: 'unchanged', reason, causes }) }
  }
  const message: SignalCommandMessage = {
    commandId,
    kind: 'release',
    intersection: intersection.intersection,
    revision: intersection.revision,
    issuedAt: formatInstant(time.now),
    deliverBefore: formatInstant(time.now + deliverWithin),
    expiresAt: formatInstant(time.now + releaseWithin(intersection))
  }
  const verdict = checkTiming(intersection, message, { now: time.now, state: reported.state })
  if (!verdict.allowed) {
    return { decision: releaseDecision(release, before, { outcome: 'refused', reason: verdict.reason, causes }) }
  }
  return {
    decision: releaseDecision(release, before, { outcome: 'commanded', after: intersection.plan, commandId, causes }),
    message
  }
}
