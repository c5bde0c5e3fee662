import type { AlarmTransition } from './alarm.ts'
import type { CommandTransition, Decision, TimingRequest } from './command.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { DeviceStatus } from './device-status.ts'
import type { Reading } from './reading.ts'
import type { RegistryChange } from './registry-change.ts'
import type { CommandAcknowledgement } from './signal/signal-command.ts'
import type { SignalState } from './signal/signal-state.ts'

/** Payload of a `tick`: once a second, the only clock that views, rules and signals see. */
export type Tick = {
  /** Wall clock, milliseconds since 1970. */
  now: number
  /** Milliseconds that go on over restarts and never jump; delays and timeouts run on it. */
  monotonic: number
}

/** Payload of a `clock-step`: the wall clock jumped against the monotonic count. */
export type ClockStep = { from: number; to: number; jump: number }

/**
 * Payload of a `quality` entry: something odd about an entity over time rather than about one reading.
 * `unchanged`: its value did not change for 24 h while the others of its area did.
 */
export type QualityTransition = {
  problem: 'unchanged'
  state: 'raised' | 'cleared'
  /** RFC 3339: the time of the data from which on it holds. */
  since: string
  /** Offsets of the readings that it rests on. */
  causes: number[]
}

/**
 * Payload of an `operator-action`. `subject` is what it was done to; `detail` never holds a secret. `device-refused` is the
 * city's own: connections with wrong credentials, with their address and count, the first at once and then once a minute.
 */
export type OperatorAction = {
  action:
    | 'sign-in'
    | 'sign-out'
    | 'sign-in-refused'
    | 'password-changed'
    | 'operator-reset'
    | 'acknowledge-alarm'
    | 'release-signal'
    | 'dead-letter-replay'
    | 'device-secret'
    | 'device-added'
    | 'device-revoked'
    | 'device-claimed'
    | 'device-claim-refused'
    | 'claim-key'
    | 'claim-key-revoked'
    | 'assets-imported'
    | 'journal-salvaged'
    | 'device-refused'
  operator: string
  subject?: string
  detail?: Record<string, string | number | boolean>
}

/** Payload of a `rule-set` or `registry` entry: what the city was configured with from here on. */
export type ConfigurationRecord = {
  /** SHA-256 of the canonical JSON of `content`. */
  hash: string
  content: unknown
}

/** Payload of `delivered`: an outlet has handed the entry at `of` to the outside. */
export type Delivered = { outlet: string; of: number; id: string }

/** Every kind of entry with the shape of its payload. */
export type EntryPayloads = {
  tick: Tick
  'clock-step': ClockStep
  reading: Reading
  status: DeviceStatus
  spat: SignalState
  ack: CommandAcknowledgement
  'dead-letter': DeadLetter
  quality: QualityTransition
  alarm: AlarmTransition
  'timing-request': TimingRequest
  decision: Decision
  command: CommandTransition
  delivered: Delivered
  'operator-action': OperatorAction
  'rule-set': ConfigurationRecord
  registry: ConfigurationRecord
  'registry-change': RegistryChange
}
export type EntryKind = keyof EntryPayloads

/** In the journal's file a kind is its place in this list: append, never reorder. */
export const entryKinds = [
  'tick',
  'clock-step',
  'reading',
  'status',
  'spat',
  'ack',
  'dead-letter',
  'quality',
  'alarm',
  'timing-request',
  'decision',
  'command',
  'delivered',
  'operator-action',
  'rule-set',
  'registry',
  'registry-change'
] as const satisfies readonly EntryKind[]

type Shape<K extends EntryKind> = {
  kind: K
  /** The entity, device or subject that it is about; empty for ticks. */
  entity: string
  payload: EntryPayloads[K]
}

/** One entry of the journal. Order is the offset, never a time. */
export type Entry<K extends EntryKind = EntryKind> = {
  [P in K]: Shape<P> & {
    /** Contiguous, from 1. */
    offset: number
    /** When the journal received it, milliseconds since 1970. */
    receivedAt: number
    /** Who brought it: a device or gateway id, `view:NAME`, `operator:NAME`, `system`. */
    source: string
    /** As in the draft: the index of repeats is rebuilt from the tail by it. */
    fingerprint?: number
  }
}[K]

/** What is appended; the journal adds offset and CRC, and `receivedAt` where it is absent. */
export type Draft<K extends EntryKind = EntryKind> = {
  [P in K]: Shape<P> & {
    source: string
    receivedAt?: number
    /** Outcomes only: `rule/version/entity/causeOffset/n`. A draft whose id is in the journal already is dropped. */
    id?: string
    /** Messages only: 52 bits of a hash of device, topic and bytes, by which repeats are recognised. */
    fingerprint?: number
  }
}[K]
