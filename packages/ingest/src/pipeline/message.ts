import type { Asset, ErrorCode, Reading, ReadingType } from '@city-brain/model'
import type { MessageChannel, Speaker } from '../directory/speaker.ts'
import type { CompiledFeed, MappedFrame } from '../feeds/compiled-feed.ts'
import type { TakenFrame } from '../frames/radio-frames.ts'

/** Why something was not accepted: bad telemetry is data, never an exception. */
export type Fault = {
  code: ErrorCode
  /** JSON pointer into the payload, or `topic`. */
  path?: string
  /** What was expected there, for people. */
  message: string
}

/** One reading on its way through the pipeline; each step adds what it found out. */
export type Candidate = {
  /** The vocabulary's key-values form, as received or as a feed mapped it. */
  record: Record<string, unknown>
  /** Its place in a payload of several; undefined where the payload is this one reading. */
  index: number | undefined
  fault: Fault | undefined
  entity: string
  asset: Asset | undefined
  type: ReadingType | undefined
  /** Milliseconds since 1970; NaN until it was validated. */
  dateObserved: number
  reading: Reading | undefined
}

/** What is known of a topic once and for all: looked up for each message, worked out once. */
export type Route = {
  topic: string
  /** Undefined: the speaker may not publish there. */
  channel: MessageChannel | undefined
  feed: CompiledFeed | undefined
  /** 52 bits of a hash of speaker and topic. */
  salt: number
  /** Whether any gateway may hear it. */
  heard: boolean
}

/** Called once when the message's fate is on disk; with an error where it could not be made durable, so that nothing is acknowledged. */
export type Settle = (fault?: Error | null) => void

/** A received publish with all that the steps found out about it. */
export type Message = {
  speaker: Speaker
  route: Route
  payload: Buffer
  /** Milliseconds since 1970. */
  receivedAt: number
  settle: Settle
  /** Fault of the whole message: it counts as one. */
  fault: Fault | undefined
  /** The decoded JSON. */
  value: unknown
  candidates: Candidate[]
  /** SHA-256 of the payload in hex, and 52 bits that also take in speaker and topic. */
  sha256: string
  fingerprint: number
  duplicate: boolean
  /** The frame counter that the feed found in it, and what it changed in what is known of its device. */
  frame: MappedFrame | undefined
  takenFrame: TakenFrame | undefined
  /** A feed's `when` said that the message is nothing to us. */
  ignored: boolean
}

export function createMessage(
  speaker: Speaker,
  route: Route,
  payload: Buffer,
  receivedAt: number,
  settle: Settle
): Message {
  return {
    speaker,
    route,
    payload,
    receivedAt,
    settle,
    fault: undefined,
    value: undefined,
    candidates: [],
    sha256: '',
    fingerprint: 0,
    duplicate: false,
    frame: undefined,
    takenFrame: undefined,
    ignored: false
  }
}

export function createCandidate(record: Record<string, unknown>, index: number | undefined): Candidate {
  return {
    record,
    index,
    fault: undefined,
    entity: '',
    asset: undefined,
    type: undefined,
    dateObserved: Number.NaN,
    reading: undefined
  }
}

/** A step of the pipeline: reads the message, and writes down what it found. */
export type Step = (message: Message) => void
