import {
  type Decision,
  formatInstant,
  type Intersection,
  type LocalizedText,
  type SignalCommandMessage,
  type SignalTiming,
  type TimingRequest
} from '@city-brain/model'
import { checkTiming } from './check-timing.ts'
import type { LiveCommand } from './command-life.ts'
import type { ReportedState, WatchedTime } from './controller-watch.ts'
import type { MeasuredDemand } from './measure-demand.ts'
import { webster } from './webster.ts'

/** A controller that receives a command later than so many milliseconds after it was made rejects it. */
export const deliverWithin = 10_000
/** A new timing that differs less, seconds, is not worth the disturbance. */
const littleCycle = 5
const littleGreen = 3
/** Rounding of greens moves shares by less than this. */
const littleShare = 0.01

/** A request as it waits, with the offset of its entry and the monotonic time at which it came. Plain JSON. */
export type WaitingRequest = {
  offset: number
  payload: TimingRequest
  at: number
  /** What was already recorded about its waiting. */
  told?: 'no-state' | 'under-way'
}

/** A decision without its id, and the command that it makes. */
export type Decided = { decision: Omit<Decision, 'decision'>; message?: SignalCommandMessage }

/**
 * What is commanded on a request, and why. Pure: everything it rests on is in its arguments, and most of that is in the
 * decision that it returns.
 * @param given.running the command whose timing the controller runs, where it is one of ours
 */
export function decideTiming(given: {
  intersection: Intersection
  request: WaitingRequest
  reported: ReportedState
  running: LiveCommand | undefined
  measured: MeasuredDemand
  time: WatchedTime
  commandId: string
}): Decided {
  const { intersection, request, reported, measured, time, commandId } = given
  const { rule, ruleVersion, duration } = request.payload
  const before = reported.state.timing
  const base = {
    rule,
    ruleVersion,
    request: request.offset,
    demand: measured.demand,
    before,
    limits: [] as LocalizedText[],
    causes: [...new Set([request.offset, reported.offset, ...measured.causes])].sort((a, b) => a - b)
  }
  const refused = (reason: LocalizedText, made: Partial<Decision> = {}): Decided => ({
    decision: { ...base, ...made, outcome: 'refused', reason }
  })
  // Pedestrians have no demand of their own, so only phases with traffic can tell of a measurement.
  const vehicles = measured.demand.filter(({ phase }) =>
    intersection.phases.some(({ id, kind }) => id === phase && kind !== 'pedestrian')
  )
  if (vehicles.every(({ fallback }) => fallback !== undefined)) return refused(nothingMeasured)
  const made = webster(intersection, measured.demand)
  if (!made) return refused(noTiming)
  const { timing: after, limits } = made
  const message: SignalCommandMessage = {
    commandId,
    kind: 'set-timing',
    intersection: intersection.intersection,
    revision: intersection.revision,
    issuedAt: formatInstant(time.now),
    deliverBefore: formatInstant(time.now + Math.min(deliverWithin, duration)),
    expiresAt: formatInstant(time.now + duration),
    timing: after
  }
  const verdict = checkTiming(intersection, message, { now: time.now, state: reported.state })
  if (!verdict.allowed) return refused(verdict.reason, { after, limits })
  if (takesFromTheCongested(intersection, request.payload.because, before, after)) {
    return { decision: { ...base, limits, after, outcome: 'unchanged', reason: wouldTakeGreen } }
  }
  if (differsLittle(before, after) && holds(given)) {
    return { decision: { ...base, limits, after, outcome: 'unchanged', reason: differsTooLittle } }
  }
  return { decision: { ...base, limits, after, outcome: 'commanded', commandId }, message }
}

/**
 * Whether the approach that asked because it is congested would get a smaller share of the cycle. Behind a blocked exit,
 * and once its queue stands over the detector, an approach counts less than wants to go: to believe that count would
 * take its green away because it stands.
 */
function takesFromTheCongested(
  { phases, stages }: Intersection,
  because: string,
  before: SignalTiming,
  after: SignalTiming
): boolean {
  const asking = new Set(phases.filter(({ detectors }) => detectors.includes(because)).map(({ id }) => id))
  const share = ({ greens, cycle }: SignalTiming) =>
    stages.reduce((sum, stage, i) => sum + (stage.some((id) => asking.has(id)) ? (greens[i] ?? 0) : 0), 0) / cycle
  return asking.size > 0 && share(after) < share(before) - littleShare
}

function differsLittle(before: SignalTiming, after: SignalTiming): boolean {
  return (
    before.greens.length === after.greens.length &&
    Math.abs(before.cycle - after.cycle) < littleCycle &&
    before.greens.every((green, stage) => Math.abs(green - (after.greens[stage] ?? 0)) < littleGreen)
  )
}

/** Whether what runs will go on for long enough: the local plan always does, a command for at least half of what is asked. */
function holds(given: {
  reported: ReportedState
  running: LiveCommand | undefined
  request: WaitingRequest
  time: WatchedTime
}): boolean {
  if (given.reported.state.commandId === undefined) return true
  return (
    given.running !== undefined && given.running.endsAt - given.time.monotonic >= given.request.payload.duration / 2
  )
}

const nothingMeasured: LocalizedText = {
  en: 'No detector of this intersection has counted in the last minutes',
  zh: '最近几分钟内该路口没有检测器上报流量'
}
const noTiming: LocalizedText = {
  en: 'No timing keeps all limits of this intersection',
  zh: '没有配时能满足该路口的全部限制'
}
const wouldTakeGreen: LocalizedText = {
  en: 'By its count the congested approach would get a smaller share of the cycle; a queue that stands is not counted, so nothing is changed',
  zh: '按计数，拥堵进口道的绿灯占比会减小；而停驻的排队并未计入流量，因此不作调整'
}
const differsTooLittle: LocalizedText = {
  en: `The new timing differs by less than ${littleCycle} s of cycle and ${littleGreen} s of green`,
  zh: `新配时与当前相比周期差小于 ${littleCycle} s、绿灯差小于 ${littleGreen} s`
}
