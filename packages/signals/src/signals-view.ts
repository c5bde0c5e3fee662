import type { AssetCollection, Entry, EntryKind, Intersection, View } from '@city-brain/model'
import { foldAcknowledgement, foldDelivery, foldReport, foldTime, type Lived } from './command-life.ts'
import { createSubjects, isAfterGap, subjectOfState, unseenTime } from './controller-watch.ts'
import { describeDetectors } from './describe-detectors.ts'
import { keepRecent, toDetectorReading } from './detector-readings.ts'
import { measureDemand } from './measure-demand.ts'
import { createOutcomes, type Outcomes, viewName, viewSource } from './signals-outcomes.ts'
import { type IntersectionState, makeOlder, restoreState, type SignalsViewState } from './signals-view-state.ts'
import { takeUp } from './take-up.ts'

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

  function live(intersection: string, outcomes: Outcomes, lived: (known: IntersectionState) => Lived): void {
    const known = state.intersections[intersection]
    if (!known || known.live.length === 0) return
    const { live: kept, steps } = lived(known)
    known.live = kept
    outcomes.steps(intersection, steps)
  }

  function takeUpAt(id: string, outcomes: Outcomes): void {
    const intersection = intersections.get(id)
    const known = state.intersections[id]
    if (!intersection || !known) return
    const { time } = state
    const measure = () => {
      const readings = (detector: string) => state.readings[detector] ?? []
      return measureDemand({ intersection, detectors, readings, now: time?.monotonic ?? 0 })
    }
    takeUp({ intersection, known, time, measure, outcomes })
  }

  function applyTick(entry: Entry<'tick'>, outcomes: Outcomes): void {
    const { now, monotonic } = entry.payload
    const unseen = unseenTime(state.time, entry.payload)
    if (unseen > 0) makeOlder(state, unseen)
    state.time = { now, monotonic, receivedAt: entry.receivedAt }
    for (const id of intersections.keys()) {
      live(id, outcomes, (known) => foldTime(known.live, monotonic))
      takeUpAt(id, outcomes)
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
    takeUpAt(id, outcomes)
  }

  function applyAcknowledgement(entry: Entry<'ack'>, outcomes: Outcomes): void {
    const monotonic = state.time?.monotonic ?? 0
    for (const id of subjects(entry.entity)) {
      live(id, outcomes, (known) => foldAcknowledgement(known.live, entry.payload, monotonic))
      takeUpAt(id, outcomes)
    }
  }

  function applyCommand(entry: Entry<'command'>, outcomes: Outcomes): void {
    const known = state.intersections[entry.entity]
    if (!known || entry.source === viewSource) return
    known.live = foldDelivery(known.live, entry.payload)
    takeUpAt(entry.entity, outcomes)
  }

  function applyOperatorAction({ payload, offset }: Entry<'operator-action'>, outcomes: Outcomes): void {
    const known = payload.action === 'release-signal' ? state.intersections[payload.subject ?? ''] : undefined
    if (!known || payload.subject === undefined) return
    known.release = { offset, operator: payload.operator }
    known.heldUntil = (state.time?.monotonic ?? 0) + releaseHolds
    delete known.request
    takeUpAt(payload.subject, outcomes)
  }

  function applyRequest(entry: Entry<'timing-request'>, outcomes: Outcomes): void {
    const known = state.intersections[entry.entity]
    if (!known) return
    known.request = { offset: entry.offset, payload: entry.payload, at: state.time?.monotonic ?? 0 }
    takeUpAt(entry.entity, outcomes)
  }

  function forget(ids: Iterable<string>): void {
    for (const id of ids) delete state.intersections[id]?.reported
  }

  return {
    name: viewName,
    kinds: [...kinds],
    restore(snapshot) {
      state = restoreState(snapshot, intersections.keys(), detectors.keys())
    },
    snapshot: () => structuredClone(state),
    apply(entry) {
      const outcomes = createOutcomes(entry, state.time?.now ?? 0)
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
