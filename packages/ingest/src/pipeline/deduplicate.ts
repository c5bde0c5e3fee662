import { hash } from 'node:crypto'
import type { FrameVerdict } from '../frames/judge-frame.ts'
import type { IngestState } from '../state/ingest-state.ts'
import type { Message, Step } from './message.ts'

const bits52 = 2 ** 52

/** The first 52 bits of a SHA-256 in hex, as a number. */
export function first52Bits(sha256: string): number {
  return Number.parseInt(sha256.slice(0, 13), 16)
}

/** SHA-256 of the bytes, and the fingerprint: 52 bits of a hash of bytes, topic and device. */
export function fingerprint(message: Message): void {
  message.sha256 = hash('sha256', message.payload, 'hex')
  // A sum of two hashes is a hash of both, and the topic's half is worked out once.
  message.fingerprint = (message.route.salt + first52Bits(message.sha256)) % bits52
}

/**
 * The same bytes on the same topic from the same device, within its last 1,000 messages, are a repeat: acknowledged,
 * counted reading by reading, dropped. That covers a client that sends again what was flushed but not yet acknowledged,
 * the DUP of QoS 1 and 2, and messages that were rejected. Valid status, acknowledgements and signal states are no
 * telemetry and may well say the same again; they pass. A repeat of a message that is still on its way to the disk is
 * acknowledged after it, since all appends keep their order. Where a feed names a frame counter, the same frame of a radio
 * device is a repeat whatever its bytes are: another gateway's reception, or the same event by another way.
 */
export function createDeduplicate(state: IngestState): Step {
  return function deduplicate(message) {
    if (message.ignored) {
      // It is no reading of ours, but its frame came.
      takeFrame(state, message)
      return
    }
    if (message.route.channel !== 'telemetry' && message.fault === undefined) return
    fingerprint(message)
    const window = state.window(message.speaker.id)
    if (message.frame === undefined) message.duplicate = !window.add(message.fingerprint)
    else {
      message.duplicate = window.has(message.fingerprint) || takeFrame(state, message) === 'repeat'
      // Of a frame that came before only the bytes that were stored are remembered: they are forgotten where that fails.
      if (!message.duplicate) window.add(message.fingerprint)
    }
  }
}

function takeFrame(state: IngestState, message: Message): FrameVerdict | undefined {
  const { frame, speaker, candidates } = message
  if (frame === undefined) return undefined
  const dated = candidates.find(({ dateObserved }) => !Number.isNaN(dateObserved))
  const date = Number.isNaN(frame.date) && dated ? dated.dateObserved : frame.date
  const { verdict, taken } = state.frames.take(speaker.id, frame.device, frame.counter, date)
  message.takenFrame = taken
  return verdict
}
