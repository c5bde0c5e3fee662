import type { DeadLetter, Draft } from '@city-brain/model'
import type { Candidate, Fault, Message } from '../pipeline/message.ts'

/** Up to so many bytes the raw payload is kept; above it, its length and hash. */
export const maxRawBytes = 65_536

/**
 * What was received and not accepted, whole enough to be tried again. `withRaw` is false for all but the first of several
 * rejected readings of one payload: a payload of 64 kB with a thousand bad readings would else be kept a thousand times.
 * The others are found by the same hash, just behind the first.
 */
export function deadLetterDraft(
  message: Message,
  fault: Fault,
  candidate: Candidate | undefined,
  withRaw: boolean
): Draft<'dead-letter'> {
  const { payload, route, speaker } = message
  const letter: DeadLetter = {
    code: fault.code,
    message: fault.message,
    topic: route.topic,
    device: speaker.id,
    size: payload.length,
    sha256: message.sha256,
    stage: 'ingest'
  }
  if (fault.path !== undefined) letter.path = fault.path
  if (candidate?.index !== undefined) letter.index = candidate.index
  if (withRaw && payload.length <= maxRawBytes) letter.raw = payload.toString('base64')
  return {
    kind: 'dead-letter',
    // In the trail of the entity where it is a known one, else of the device.
    entity: candidate?.asset?.id ?? speaker.id,
    payload: letter,
    source: speaker.id,
    receivedAt: message.receivedAt
  }
}
