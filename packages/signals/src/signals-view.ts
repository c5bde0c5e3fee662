import type { AssetCollection, Draft, Entry, EntryKind, Intersection, LocalizedText, View } from '@city-brain/model'
import {
  foldAcknowledgement,
  foldDelivery,
  foldReport,
  foldTime,
  isUnderWay,
  type LifeStep,
  type Lived
} from './command-life.ts'
import { createSubjects, isAfterGap, isFresh, subjectOfState } from './controller-watch.ts'
import { decideRelease, releaseDecision, releaseWithin } from './decide-release.ts'
import { type Decided, decideTiming, deliverWithin } from './decide-timing.ts'
import { describeDetectors } from './describe-detectors.ts'
import { keepRecent, toDetectorReading } from './detector-readings.ts'
import { measureDemand } from './measure-demand.ts'
import { type IntersectionState, restoreState, type SignalsViewState } from './signals-view-state.ts'

const name = 'signals'
/** Version of the way in which timings are made; part of the outcomes' ids. */
const version = 1
/** An operator's release holds against rules for so many milliseconds. */
const releaseHolds = 300_000

/**
 * Signal control as a view of the journal. It answers each `timing-request` with a `decision` and, where the measured
 * demand calls for it and the safety check allows it, a `command`; it follows every command from the controller's
 * answer and reports to its end. `sent`, and `expired` before delivery, are recorded by delivery and only read here.
 *
 * Nothing is commanded while the controller's state is unknown: a SPaT older than 5 s of ticks, or from before a gap in
 * the ticks (the city was down), does not count, whatever a snapshot says. The request waits, and is taken up at the
 * controller's next report. One command at a time is under way per intersection.
 */
export function createSignalsView(options: { intersections: readonly Intersection[]; assets: AssetCollection }): View {
  const intersections = new Map(options.intersections.map((one) => [one.intersection, one]))
  const detectors = describeDetectors(options.intersections, options.assets)
  const subjects = createSubjects(options.intersections)
  let state: SignalsViewState = restoreState(undefined, intersections.keys(), detectors.keys())

  /** The outcomes of one entry, in order; their number in it makes their ids unique and repeatable. */
  function createOutcomes(cause: Entry) {
    const drafts: Draft[] = []
    const nextId = (intersection: string) => `${name}/${version}/${intersection}/${cause.offset}/${drafts.length}`
    return {
      drafts,
      /** Text that no other command bears, in this journal or another: controllers remember ids. */
      commandId: (intersection: string) => `${intersection}/${cause.offset}/${(state.time?.now ?? 0).toString(36)}`,
      steps(intersection: string, lived: readonly LifeStep[]) {
        for (const step of lived) {
          const payload = { ...step, causes: [cause.offset] }
          drafts.push({
            kind: 'command',
            entity: intersection,
            source: `view:${name}`,
            id: nextId(intersection),
            payload
          })
        }
      },
      decided(intersection: Intersection, { decision, message }: Decided) {
        const entity = intersection.intersection
        const id = nextId(entity)
        drafts.push({ kind: 'decision', entity, source: `view:${name}`, id, payload: { decision: id, ...decision } })
        if (!message) return
        drafts.push({
          kind: 'command',
          entity,
          source: `view:${name}`,
          id: nextId(entity),
          payload: {
            commandId: message.commandId,
            state: 'requested',
            message,
            controller: intersection.controller,
            decision: id,
            causes: decision.causes
          }
        })
      }
    }
  }
  type Outcomes = ReturnType<typeof createOutcomes>

  function live(intersection: string, outcomes: Outcomes, lived: (known: IntersectionState) => Lived): void {
    const known = state.intersections[intersection]
    if (!known || known.live.length === 0) return
    const { live: kept, steps } = lived(known)
    known.live = kept
    outcomes.steps(intersection, steps)
  }

  /** Decides on what waits at an intersection, if it can be decided now. A release comes before a rule's request. */
  function takeUp(id: string, outcomes: Outcomes): void {
    const intersection = intersections.get(id)
    const known = state.intersections[id]
    if (!intersection || !known) return
    if (known.release) takeUpRelease(intersection, known, outcomes)
    else if (known.request) takeUpRequest(intersection, known, outcomes)
  }

  function takeUpRelease(intersection: Intersection, known: IntersectionState, outcomes: Outcomes): void {
    const { release, reported } = known
    if (!release) return
    const before = reported?.state.timing ?? intersection.plan
    const { time } = state
    if (!reported || !time || !isFresh(reported, time)) {
      if (release.told === 'no-state') return
      release.told = 'no-state'
      outcomes.decided(intersection, {
        decision: releaseDecision(release, before, { outcome: 'no-state', reason: noState })
      })
      return
    }
    // What was acknowledged is with the controller, and a release undoes it; what is on its way could arrive after it.
    const underWay = isUnderWay(
      known.live.filter((command) => command.state !== 'acknowledged'),
      time.monotonic,
      intersection.cycle.maximum
    )
    if (underWay) {
      if (release.told === 'under-way') return
      release.told = 'under-way'
      const waits = releaseDecision(release, before, { outcome: 'refused', reason: isStillUnderWay(underWay.id) })
      outcomes.decided(intersection, { decision: waits })
      return
    }
    delete known.release
    const commandId = outcomes.commandId(intersection.intersection)
    const pending = known.live.some((command) => command.state === 'acknowledged')
    const decided = decideRelease({ intersection, release, reported, pending, time, commandId })
    outcomes.decided(intersection, decided)
    if (decided.message) begin(known, 'release', commandId, releaseWithin(intersection), time.monotonic)
  }

  function takeUpRequest(intersection: Intersection, known: IntersectionState, outcomes: Outcomes): void {
    const { request, reported } = known
    const { time } = state
    if (!request) return
    if (time && time.monotonic - request.at > request.payload.duration) {
      delete known.request
      return
    }
    const { rule, ruleVersion } = request.payload
    const undecided = (outcome: 'no-state' | 'refused', reason: LocalizedText) =>
      outcomes.decided(intersection, {
        decision: {
          outcome,
          rule,
          ruleVersion,
          request: request.offset,
          demand: [],
          before: reported?.state.timing ?? intersection.plan,
          limits: [],
          reason,
          causes: [request.offset]
        }
      })
    if (time && known.heldUntil !== undefined && time.monotonic < known.heldUntil) {
      delete known.request
      undecided('refused', isHeld)
      return
    }
    if (!reported || !time || !isFresh(reported, time)) {
      if (request.told !== 'no-state') undecided('no-state', noState)
      request.told = 'no-state'
      return
    }
    const underWay = isUnderWay(known.live, time.monotonic, intersection.cycle.maximum)
    if (underWay) {
      if (request.told !== 'under-way') undecided('refused', isStillUnderWay(underWay.id))
      request.told = 'under-way'
      return
    }
    delete known.request
    const commandId = outcomes.commandId(intersection.intersection)
    const decided = decideTiming({
      intersection,
      request,
      reported,
      running: known.live.find(({ id }) => id === reported.state.commandId),
      measured: measureDemand({
        intersection,
        detectors,
        readings: (detector) => state.readings[detector] ?? [],
        now: time.monotonic
      }),
      time,
      commandId
    })
    outcomes.decided(intersection, decided)
    if (decided.message) begin(known, 'set-timing', commandId, request.payload.duration, time.monotonic)
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

  function applyTick(entry: Entry<'tick'>, outcomes: Outcomes): void {
    const { now, monotonic } = entry.payload
    state.time = { now, monotonic, receivedAt: entry.receivedAt }
    for (const id of intersections.keys()) {
      live(id, outcomes, (known) => foldTime(known.live, monotonic))
      takeUp(id, outcomes)
    }
  }

  function applyReading(entry: Entry<'reading'>): void {
    const detector = detectors.get(entry.entity)
    if (!detector || !state.time) return
    const reading = toDetectorReading(detector, entry.payload, entry.offset, state.time.monotonic)
    if (reading) state.readings[entry.entity] = keepRecent(state.readings[entry.entity] ?? [], reading, detector)
  }

  function applyReport(entry: Entry<'spat'>, outcomes: Outcomes): void {
    const id = subjectOfState(subjects, entry)
    const known = id === undefined ? undefined : state.intersections[id]
    if (id === undefined || !known || !state.time) return
    // What a network held back is no news of now.
    if (known.reported && entry.payload.dateObserved < known.reported.state.dateObserved) return
    known.reported = { offset: entry.offset, state: entry.payload, at: state.time.monotonic }
    live(id, outcomes, () => foldReport(known.live, entry.payload))
    takeUp(id, outcomes)
  }

  function applyAcknowledgement(entry: Entry<'ack'>, outcomes: Outcomes): void {
    const monotonic = state.time?.monotonic ?? 0
    for (const id of subjects(entry.entity)) {
      live(id, outcomes, (known) => foldAcknowledgement(known.live, entry.payload, monotonic))
      takeUp(id, outcomes)
    }
  }

  function applyCommand(entry: Entry<'command'>, outcomes: Outcomes): void {
    const known = state.intersections[entry.entity]
    if (!known || entry.source === `view:${name}`) return
    known.live = foldDelivery(known.live, entry.payload)
    takeUp(entry.entity, outcomes)
  }

  function applyOperatorAction({ payload, offset }: Entry<'operator-action'>, outcomes: Outcomes): void {
    const known = payload.action === 'release-signal' ? state.intersections[payload.subject ?? ''] : undefined
    if (!known || payload.subject === undefined) return
    known.release = { offset, operator: payload.operator }
    known.heldUntil = (state.time?.monotonic ?? 0) + releaseHolds
    delete known.request
    takeUp(payload.subject, outcomes)
  }

  function applyRequest(entry: Entry<'timing-request'>, outcomes: Outcomes): void {
    const known = state.intersections[entry.entity]
    if (!known) return
    known.request = { offset: entry.offset, payload: entry.payload, at: state.time?.monotonic ?? 0 }
    takeUp(entry.entity, outcomes)
  }

  function forget(ids: Iterable<string>): void {
    for (const id of ids) delete state.intersections[id]?.reported
  }

  return {
    name,
    kinds: [...kinds],
    restore(snapshot) {
      state = restoreState(snapshot, intersections.keys(), detectors.keys())
    },
    snapshot: () => structuredClone(state),
    apply(entry) {
      const outcomes = createOutcomes(entry)
      if (isAfterGap(state.time, entry)) forget(intersections.keys())
      switch (entry.kind) {
        case 'tick':
          applyTick(entry, outcomes)
          break
        case 'reading':
          applyReading(entry)
          break
        case 'spat':
          applyReport(entry, outcomes)
          break
        case 'ack':
          applyAcknowledgement(entry, outcomes)
          break
        case 'status':
          if (entry.payload.status === 'offline') forget(subjects(entry.entity))
          break
        case 'command':
          applyCommand(entry, outcomes)
          break
        case 'operator-action':
          applyOperatorAction(entry, outcomes)
          break
        case 'timing-request':
          applyRequest(entry, outcomes)
          break
        default:
          break
      }
      return outcomes.drafts.length > 0 ? outcomes.drafts : undefined
    }
  }
}

const kinds: readonly EntryKind[] = [
  'tick',
  'clock-step',
  'reading',
  'status',
  'spat',
  'ack',
  'timing-request',
  'command',
  'operator-action'
]

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
