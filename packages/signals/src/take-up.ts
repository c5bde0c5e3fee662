import type { Intersection, LocalizedText } from '@city-brain/model'
import { isUnderWay, type LiveCommand } from './command-life.ts'
import { isFresh, type ReportedState, type WatchedTime } from './controller-watch.ts'
import { decideRelease, releaseDecision, releaseWithin, type WaitingRelease } from './decide-release.ts'
import { decideTiming, deliverWithin, type WaitingRequest } from './decide-timing.ts'
import type { MeasuredDemand } from './measure-demand.ts'
import type { Outcomes } from './signals-outcomes.ts'
import type { IntersectionState } from './signals-view-state.ts'

/** What waits at one intersection, and all that is needed to decide on it. `known` is changed in place. */
export type Waiting = {
  intersection: Intersection
  known: IntersectionState
  time: WatchedTime | undefined
  measure: () => MeasuredDemand
  outcomes: Outcomes
}

/** Decides on what waits, if it can be decided now. An operator's release comes before a rule's request. */
export function takeUp(waiting: Waiting): void {
  const { release, request } = waiting.known
  if (release) takeUpRelease(waiting, release)
  else if (request) takeUpRequest(waiting, request)
}

function takeUpRelease(waiting: Waiting, release: WaitingRelease): void {
  const { intersection, known, outcomes } = waiting
  const before = known.reported?.state.timing ?? intersection.plan
  // What was acknowledged is with the controller, and a release undoes it; what is on its way could arrive after it.
  const onItsWay = known.live.filter((command) => command.state !== 'acknowledged')
  const ready = readyOrWhyNot(waiting, onItsWay)
  if (ready.hindrance) {
    const { told, ...decision } = ready.hindrance
    if (release.told !== told) outcomes.decided(intersection, { decision: releaseDecision(release, before, decision) })
    release.told = told
    return
  }
  delete known.release
  const commandId = outcomes.commandId(intersection.intersection)
  const pending = known.live.length > onItsWay.length
  const decided = decideRelease({ intersection, release, ...ready, pending, commandId })
  outcomes.decided(intersection, decided)
  if (decided.message) begin(known, 'release', commandId, releaseWithin(intersection), ready.time.monotonic)
}

function takeUpRequest(waiting: Waiting, request: WaitingRequest): void {
  const { intersection, known, time, outcomes } = waiting
  const { rule, ruleVersion, duration } = request.payload
  if (time && time.monotonic - request.at > duration) {
    delete known.request
    return
  }
  const undecided = (decision: { outcome: 'no-state' | 'refused'; reason: LocalizedText }) => {
    const before = known.reported?.state.timing ?? intersection.plan
    const base = {
      rule,
      ruleVersion,
      request: request.offset,
      demand: [],
      before,
      limits: [],
      causes: [request.offset]
    }
    outcomes.decided(intersection, { decision: { ...base, ...decision } })
  }
  if (time && known.heldUntil !== undefined && time.monotonic < known.heldUntil) {
    delete known.request
    undecided({ outcome: 'refused', reason: isHeld })
    return
  }
  const ready = readyOrWhyNot(waiting, known.live)
  if (ready.hindrance) {
    const { told, ...decision } = ready.hindrance
    if (request.told !== told) undecided(decision)
    request.told = told
    return
  }
  delete known.request
  const commandId = outcomes.commandId(intersection.intersection)
  const running = known.live.find(({ id }) => id === ready.reported.state.commandId)
  const decided = decideTiming({ intersection, request, ...ready, running, measured: waiting.measure(), commandId })
  outcomes.decided(intersection, decided)
  if (decided.message) begin(known, 'set-timing', commandId, duration, ready.time.monotonic)
}

type Hindrance = { told: 'no-state' | 'under-way'; outcome: 'no-state' | 'refused'; reason: LocalizedText }
type Ready = { reported: ReportedState; time: WatchedTime; hindrance?: undefined }

/** Whether anything may be commanded now: the controller's state is known, and none of these commands is under way. */
function readyOrWhyNot(
  { intersection, known: { reported }, time }: Waiting,
  commands: readonly LiveCommand[]
): Ready | { hindrance: Hindrance } {
  if (!reported || !time || !isFresh(reported, time)) {
    return { hindrance: { told: 'no-state', outcome: 'no-state', reason: noState } }
  }
  const underWay = isUnderWay(commands, time.monotonic, intersection.cycle.maximum)
  if (!underWay) return { reported, time }
  return { hindrance: { told: 'under-way', outcome: 'refused', reason: isStillUnderWay(underWay.id) } }
}

function begin(
  known: IntersectionState,
  kind: 'set-timing' | 'release',
  id: string,
  duration: number,
  at: number
): void {
  const deliverBy = at + Math.min(deliverWithin, duration)
  known.live.push({ id, kind, state: 'requested', requestedAt: at, deliverBy, endsAt: at + duration })
}

const noState: LocalizedText = {
  en: 'The controller has not reported its state; the request waits for it',
  zh: '信号机尚未上报状态，请求等待中'
}
const isStillUnderWay = (command: string): LocalizedText => ({
  en: `Command ${command} is still under way; the request waits for its end`,
  zh: `命令 ${command} 仍在执行中，请求等待其结束`
})
const isHeld: LocalizedText = {
  en: 'An operator has released this signal; rules may command it again later',
  zh: '操作员已释放该信号，规则暂不能再次下发命令'
}
