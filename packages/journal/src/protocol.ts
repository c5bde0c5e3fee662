import type { Tally } from '@city-brain/model'
import type { ErrorRecord } from './journal-error.ts'
import type { ResolvedLimits } from './limits.ts'
import type { PackedEntries } from './packed-entries.ts'

/** What the journal's worker is started with. */
export type WorkerStart = { folder: string; limits: ResolvedLimits; now: number; monotonic: number; kinds: KindTable }

/** Each kind of entry ages with its group. */
export type RetentionGroup = 'telemetry' | 'dead-letter' | 'audit'

/** Kinds by their number in the file. */
export type KindTable = { groups: RetentionGroup[]; tick: number; deadLetter: number; keepNewest: number[] }

/** What a view has done, in the transaction of the group: its checkpoint, and its state (JSON) where it gives one. */
export type ViewRecord = { name: string; checkpoint: number; state: string | undefined }

/** One transaction. */
export type CommitGroup = { entries: PackedEntries; tally: Tally | undefined; views: ViewRecord[] | undefined }

/** Asked with a number, answered with the same. */
export type Question =
  | { type: 'read'; after: number; through: number; limit: number; kinds: number[] | undefined }
  | { type: 'read-back'; before: number; limit: number; kinds: number[]; entity: string | undefined }
  | { type: 'snapshot'; view: string }
  | { type: 'close' }

export type ToWorker =
  | { type: 'commit'; group: CommitGroup }
  | { type: 'maintain'; now: number; monotonic: number }
  | { type: 'ask'; number: number; question: Question }

/** A page of entries; `reached` is how far the scan has come (all that matched up to there is in it). */
export type PageAnswer = { entries: PackedEntries; reached: number }
export type SnapshotAnswer = { epoch: string; offset: number; state: string; cutThrough: number } | undefined

/** How the journal stands with space, once a second and at every change. */
export type SpaceReport = {
  full: boolean
  bytes: number
  limitBytes: number
  freeBytes: number
  oldest: number
  secondsUntilFull: number | undefined
}

/** With it the time by which things age. */
export type SpaceMessage = SpaceReport & { retentionTime: number }

export type Opened = { epoch: string; head: number; tally: Tally; tick: string | undefined; space: SpaceMessage }

export type FromWorker =
  | { type: 'opened'; opened: Opened }
  | { type: 'refused'; error: ErrorRecord }
  | { type: 'committed'; first: number; head: number; dropped: number[] | undefined }
  | { type: 'rejected'; error: ErrorRecord }
  | { type: 'answer'; number: number; answer: unknown }
  | { type: 'fault'; number: number; error: ErrorRecord }
  | { type: 'space'; space: SpaceMessage }
  | { type: 'log'; level: 'info' | 'warn' | 'error'; message: string; detail?: Record<string, unknown> }
