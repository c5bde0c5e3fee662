import type { ErrorCode } from './errors.ts'
import type { RadioFrame } from './radio-frame.ts'

/** Payload of a `dead-letter` entry: what was received and could not be accepted, whole enough to be tried again. */
export type DeadLetter = {
  code: ErrorCode
  /** JSON pointer into the payload (or `topic`), where the fault has a place. */
  path?: string
  /** What was expected there, for people. */
  message: string
  topic: string
  device: string
  /** Bytes received. */
  size: number
  sha256: string
  /** The bytes in base64, up to 64 kB; above that only size and hash are kept. */
  raw?: string
  /** Of several readings in one payload, which one. */
  index?: number
  /** `history`: accepted, stored in the journal, and refused by the history store for good. */
  stage?: 'ingest' | 'history'
  /** `history` only: offset of the reading. */
  of?: number
  /** The frame came, though its reading was not accepted. */
  frame?: RadioFrame
}
