import {
  type CommandAcknowledgement,
  type DeviceStatus,
  type DeviceStatusMessage,
  type Draft,
  formatInstant,
  type SignalState
} from '@city-brain/model'
import { deadLetterDraft } from '../dead-letters/dead-letter-draft.ts'
import type { WrongTopicThrottle } from '../dead-letters/wrong-topic-throttle.ts'
import type { Directory } from '../directory/directory.ts'
import { recordOf } from '../frames/radio-frames.ts'
import type { CommitQueue } from '../intake/commit-queue.ts'
import type { Message, Step } from './message.ts'

/**
 * Everything the steps found becomes entries and counts of one group, which is committed in one transaction; only then
 * the message is settled, which lets its PUBACK (QoS 1) or PUBREC (QoS 2) leave.
 */
export function createAppend({
  queue,
  directory,
  throttle,
  statuses
}: {
  queue: CommitQueue
  directory: Directory
  throttle: WrongTopicThrottle
  /** The last status of each device that is on disk. */
  statuses: Map<string, DeviceStatus>
}): Step {
  return function append(message) {
    if (message.duplicate) queue.count('duplicate', Math.max(1, message.candidates.length))
    else if (message.fault !== undefined) appendFault(queue, throttle, message)
    else if (message.route.channel === 'telemetry') appendReadings(queue, message)
    else appendControl(queue, directory, statuses, message)
    queue.settle(message)
  }
}

function appendFault(queue: CommitQueue, throttle: WrongTopicThrottle, message: Message): void {
  if (message.fault === undefined) return
  queue.count('rejected', 1)
  if (message.fault.code === 'wrong-topic' && !throttle.admit(message.speaker.id)) return
  addWithFingerprint(queue, message, deadLetterDraft(message, message.fault, undefined, true))
}

function appendReadings(queue: CommitQueue, message: Message): void {
  const { candidates, speaker, receivedAt } = message
  let accepted = 0
  let rejected = 0
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]
    if (candidate === undefined) continue
    let draft: Draft
    if (candidate.fault !== undefined) {
      draft = deadLetterDraft(message, candidate.fault, candidate, rejected === 0)
      rejected++
    } else if (candidate.reading !== undefined) {
      draft = { kind: 'reading', entity: candidate.entity, payload: candidate.reading, source: speaker.id, receivedAt }
      accepted++
    } else continue
    // One entry of a message bears its fingerprint.
    if (i === 0) addWithFingerprint(queue, message, draft)
    else queue.add(draft)
  }
  if (accepted > 0) queue.count('accepted', accepted)
  if (rejected > 0) queue.count('rejected', rejected)
}

function addWithFingerprint(queue: CommitQueue, message: Message, draft: Draft): void {
  draft.fingerprint = message.fingerprint
  const { takenFrame } = message
  if (takenFrame && (draft.kind === 'reading' || draft.kind === 'dead-letter')) {
    draft.payload.frame = recordOf(takenFrame, draft.kind === 'dead-letter')
  }
  queue.add(draft)
}

/** Status, acknowledgements and signal states are no readings: they are entries, but in no tally. */
function appendControl(
  queue: CommitQueue,
  directory: Directory,
  statuses: Map<string, DeviceStatus>,
  message: Message
): void {
  const { speaker, receivedAt, value, route } = message
  const common = { source: speaker.id, receivedAt }
  if (route.channel === 'status') {
    const { status, softwareVersion } = value as DeviceStatusMessage
    const payload = (softwareVersion === undefined ? { status } : { status, softwareVersion }) as DeviceStatus
    queue.add({ kind: 'status', entity: speaker.id, payload, ...common })
    const { settle } = message
    message.settle = (fault) => {
      if (!fault) statuses.set(speaker.id, payload)
      settle(fault)
    }
  } else if (route.channel === 'spat') {
    const { id, type: _, ...state } = value as SignalState
    const payload: SignalState = { ...state, dateObserved: formatInstant(Date.parse(state.dateObserved)) }
    queue.add({ kind: 'spat', entity: id ?? intersectionOf(directory, message), payload, ...common })
  } else if (route.channel === 'ack') {
    const payload = value as CommandAcknowledgement
    queue.add({ kind: 'ack', entity: intersectionOf(directory, message), payload, ...common })
  }
}

/** A controller is its intersection, or is registered for the one that it controls. */
export function intersectionOf(directory: Directory, { speaker }: Message): string {
  const isIntersection = (id: string) => directory.asset(id)?.properties.kind === 'intersection'
  if (isIntersection(speaker.id)) return speaker.id
  return [...speaker.entities].find(isIntersection) ?? speaker.id
}
