import type { Appended, AppendOptions, Draft, Entry, Tally } from '@city-brain/model'
import { JournalError } from './journal-error.ts'
import { packDraft } from './pack-drafts.ts'
import { EntryPacker } from './packed-entries.ts'
import type { CommitGroup, ViewRecord } from './protocol.ts'

/** Under load a group gathers for so long, milliseconds: fewer, larger commits for the same entries. */
const loadedWindow = 5
/** Entries in a tenth of a second that count as load. */
const loadedFrom = 100
const bucketLength = 100
/** A group of so many entries goes at once. */
const largeGroup = 500

type PendingAppend = {
  drafts: readonly Draft[]
  receivedAt: number
  resolve: (appended: Appended) => void
  reject: (error: Error) => void
}
type Gathering = { appends: PendingAppend[]; tally: Tally | undefined; views: ViewRecord[] | undefined }

export type AppendQueue = {
  append(drafts: readonly Draft[], options: AppendOptions | undefined, receivedAt: number): Promise<Appended>
  committed(reply: { first: number; head: number; dropped: readonly number[] | undefined }): void
  rejected(error: JournalError): void
  /** Rejects everything that waits. */
  fail(error: JournalError): void
  /** Resolves when everything that was appended before is decided. */
  settled(): Promise<void>
}

/**
 * Group commit: while one commit runs, the next group gathers. An append alone is sent at once; under load a group waits
 * until 5 ms after the one before it.
 * @param post sends a group to the worker, which answers with `committed` or `rejected`
 * @param onCommitted told of each committed group before its appends resolve; `entries` builds them only when asked
 */
export function createAppendQueue(options: {
  post: (group: CommitGroup) => void
  onCommitted: (group: { head: number; tally: Tally | undefined; entries: () => Entry[] }) => void
}): AppendQueue {
  const { post, onCommitted } = options
  const packer = new EntryPacker()
  let gathering: Gathering = newGathering()
  let inFlight: Gathering | undefined
  let cancelScheduled: (() => void) | undefined
  let lastSent = Number.NEGATIVE_INFINITY
  let shared = false
  const load = createLoadMeter()
  const settling: (() => void)[] = []

  const send = () => {
    cancelScheduled = undefined
    const group = gathering
    const entries = packer.take()
    gathering = newGathering()
    inFlight = group
    shared = group.appends.length > 1
    lastSent = performance.now()
    load.count(entries.count, lastSent)
    post({ entries, tally: group.tally, views: group.views })
  }

  const schedule = () => {
    if (inFlight !== undefined || gathering.appends.length === 0) return
    if (packer.count >= largeGroup) {
      cancelScheduled?.()
      send()
      return
    }
    if (cancelScheduled !== undefined) return
    const now = performance.now()
    // One caller who waits for each append before the next gains nothing from waiting longer.
    const wait = shared && load.isHigh(now) ? lastSent + loadedWindow - now : 0
    if (wait >= 1) {
      const timer = setTimeout(send, wait)
      cancelScheduled = () => clearTimeout(timer)
    } else {
      const immediate = setImmediate(send)
      cancelScheduled = () => clearImmediate(immediate)
    }
  }

  const finish = (): Gathering => {
    const group = inFlight
    if (group === undefined) throw new Error('The worker answered a commit that was not sent')
    inFlight = undefined
    return group
  }

  const settle = () => {
    if (inFlight === undefined && gathering.appends.length === 0) for (const resolve of settling.splice(0)) resolve()
  }

  const rejectAll = (group: Gathering, error: JournalError) => {
    for (const { reject } of group.appends) reject(error)
  }

  return {
    append(drafts, appendOptions, receivedAt) {
      const mark = packer.mark()
      let view: ViewRecord | undefined
      try {
        for (const draft of drafts) packDraft(packer, draft, draft.receivedAt ?? receivedAt)
        view = appendOptions?.view && viewRecordOf(appendOptions.view)
      } catch (error) {
        packer.rollback(mark)
        return Promise.reject(
          error instanceof JournalError
            ? error
            : new JournalError('invalid', `An entry cannot be serialised: ${(error as Error).message}`)
        )
      }
      if (view !== undefined) {
        gathering.views ??= []
        gathering.views.push(view)
      }
      if (appendOptions?.tally !== undefined) gathering.tally = addTally(gathering.tally, appendOptions.tally)
      return new Promise((resolve, reject) => {
        gathering.appends.push({ drafts, receivedAt, resolve, reject })
        schedule()
      })
    },
    committed({ first, head, dropped }) {
      const group = finish()
      onCommitted({ head, tally: group.tally, entries: () => entriesOf(group, first, dropped) })
      resolveAppends(group, first, head, dropped)
      schedule()
      settle()
    },
    rejected(error) {
      rejectAll(finish(), error)
      schedule()
      settle()
    },
    fail(error) {
      cancelScheduled?.()
      cancelScheduled = undefined
      if (inFlight !== undefined) rejectAll(finish(), error)
      packer.take()
      rejectAll(gathering, error)
      gathering = newGathering()
      settle()
    },
    settled() {
      return new Promise((resolve) => {
        settling.push(resolve)
        settle()
      })
    }
  }
}

function newGathering(): Gathering {
  return { appends: [], tally: undefined, views: undefined }
}

function viewRecordOf({ name, checkpoint, state }: NonNullable<AppendOptions['view']>): ViewRecord {
  return { name, checkpoint, state: state === undefined ? undefined : JSON.stringify(state) }
}

export function addTally(tally: Tally | undefined, added: Partial<Tally>): Tally {
  return {
    accepted: (tally?.accepted ?? 0) + (added.accepted ?? 0),
    rejected: (tally?.rejected ?? 0) + (added.rejected ?? 0),
    duplicate: (tally?.duplicate ?? 0) + (added.duplicate ?? 0)
  }
}

function resolveAppends(group: Gathering, first: number, head: number, dropped: readonly number[] | undefined): void {
  const gone = dropped && new Set(dropped)
  let next = first
  let place = 0
  for (const { drafts, resolve } of group.appends) {
    const offsets: (number | undefined)[] = new Array(drafts.length)
    for (let i = 0; i < drafts.length; i++) offsets[i] = gone?.has(place++) ? undefined : next++
    resolve({ offsets, head })
  }
}

/** The committed entries as readers get them, made of what the callers gave. */
function entriesOf(group: Gathering, first: number, dropped: readonly number[] | undefined): Entry[] {
  const gone = dropped && new Set(dropped)
  const entries: Entry[] = []
  let next = first
  let place = 0
  for (const { drafts, receivedAt } of group.appends) {
    for (const draft of drafts) {
      if (gone?.has(place++)) continue
      const { kind, entity, payload, source, fingerprint } = draft
      const at = draft.receivedAt ?? receivedAt
      entries.push({ kind, entity, payload, offset: next++, receivedAt: at, source, fingerprint } as Entry)
    }
  }
  return entries
}

/** Whether many entries come, by the last full tenth of a second. */
function createLoadMeter() {
  let start = Number.NEGATIVE_INFINITY
  let current = 0
  let last = 0
  const turn = (now: number) => {
    if (now - start < bucketLength) return
    last = now - start < 2 * bucketLength ? current : 0
    current = 0
    start = now
  }
  return {
    count(entries: number, now: number) {
      turn(now)
      current += entries
    },
    isHigh(now: number) {
      turn(now)
      return Math.max(last, current) >= loadedFrom
    }
  }
}
