import { type Entry, type Journal, systemClock, type View } from '@city-brain/model'
import { applyEntries } from './apply-entries.ts'
import { JournalError } from './journal-error.ts'
import type { Log } from './open-journal.ts'
import { createOutcomeAppender } from './outcome-appender.ts'

export type RunningView = {
  /** How far the view has applied. */
  readonly offset: number
  /** Resolves when the view has applied what was there at its start and follows; rejects where it stopped before. */
  readonly caughtUp: Promise<void>
  /** Why the view stopped by itself; undefined while it runs. */
  readonly error: Error | undefined
  /** Waits for outcomes that are on their way, keeps a snapshot and ends. */
  stop(): Promise<void>
}

/** Entries of one page while it catches up. */
const pageSize = 500
/** A snapshot of a large state is made less often: making them takes at most one part in so many of the time. */
const snapshotShare = 50
/** Entries that may wait while outcomes are written; beyond that the view reads them from the journal instead. */
const mostWaiting = 20_000

/**
 * Runs a view: restores it from its snapshot, applies the journal's tail in pages, then follows. One entry after the
 * other, and none while the outcomes of the group before are still to be written. What a group causes is appended in one
 * transaction with the view's checkpoint.
 *
 * A snapshot of another epoch (the journal has lost something since, or was restored) is dropped, and the view built anew
 * from the entries, which a line in the log tells. Rejects with a `JournalError` (`past-end`, `damaged`) where the
 * snapshot is not one of this journal.
 * A view whose `apply` throws stops: the error names view and offset, is logged, and stands in `error`.
 * @param snapshotEvery a snapshot is kept after so many entries, or so many milliseconds (50,000 and 30 s); where making
 * one takes long, after fifty times as long at the earliest
 */
export async function runView(options: {
  journal: Journal
  view: View
  log: Log
  snapshotEvery?: { entries?: number; milliseconds?: number }
  clock?: { monotonic(): number }
}): Promise<RunningView> {
  const { journal, view, log, clock = systemClock } = options
  const snapshotEntries = options.snapshotEvery?.entries ?? 50_000
  const snapshotInterval = options.snapshotEvery?.milliseconds ?? 30_000
  const kinds = new Set(view.kinds)

  let offset = await restore(journal, view, log)
  let snapshotOffset = offset
  let snapshotAt = clock.monotonic()
  let snapshotCost = 0
  let waiting: (readonly Entry[])[] = []
  let waitingEntries = 0
  let endTail: (() => void) | undefined
  let running: Promise<void> | undefined
  let stopping = false
  let error: Error | undefined
  let resolveCaughtUp: () => void = () => {}
  let rejectCaughtUp: (reason: Error) => void = () => {}
  const caughtUp = new Promise<void>((resolve, reject) => {
    resolveCaughtUp = resolve
    rejectCaughtUp = reject
  })
  // Whoever does not wait for it learns of a failure from the log and from `error`.
  caughtUp.catch(() => {})
  const outcomes = createOutcomeAppender({ journal, view: view.name, log, isStopping: () => stopping })

  const fail = (reason: unknown) => {
    if (error !== undefined) return
    error = reason instanceof Error ? reason : new Error(String(reason))
    unsubscribe()
    if (!(reason instanceof JournalError && reason.code === 'closed')) {
      log('error', error.message, { view: view.name, offset })
    }
    rejectCaughtUp(error)
  }

  /** Applies entries up to `through`; a promise where outcomes must be written before the view may go on. */
  const apply = (entries: readonly Entry[], through: number): Promise<void> | undefined => {
    const { drafts, applied, fault } = applyEntries(view, kinds, entries, offset)
    offset = fault === undefined ? through : applied
    if (drafts.length === 0) {
      if (fault !== undefined) throw fault
      keepSnapshotWhenDue()
      return undefined
    }
    return outcomes.append(drafts, offset).then(() => {
      if (fault !== undefined) throw fault
      keepSnapshotWhenDue()
    })
  }

  const keepSnapshot = async (): Promise<void> => {
    snapshotOffset = offset
    snapshotAt = clock.monotonic()
    const saved = journal.saveSnapshot(view.name, offset, view.snapshot())
    // Until here nothing else ran: the state was put together and serialised.
    snapshotCost = clock.monotonic() - snapshotAt
    await saved
  }
  const keepSnapshotWhenDue = () => {
    const grown = offset - snapshotOffset
    if (grown === 0) return
    const since = clock.monotonic() - snapshotAt
    if (grown < snapshotEntries ? since < snapshotInterval : since < snapshotCost * snapshotShare) return
    keepSnapshot().catch((reason: unknown) => {
      log('warn', `The snapshot of view "${view.name}" could not be kept`, { reason: String(reason) })
    })
  }

  function unsubscribe(): void {
    endTail?.()
    endTail = undefined
    waiting = []
    waitingEntries = 0
  }

  const onGroup = (entries: readonly Entry[]) => {
    if (running === undefined) {
      // The usual case costs no promise: applied within the commit's own event.
      try {
        const pending = apply(entries, lastOffset(entries, offset))
        if (pending !== undefined) run(pending)
      } catch (reason) {
        fail(reason)
      }
      return
    }
    waiting.push(entries)
    waitingEntries += entries.length
    if (waitingEntries > mostWaiting) unsubscribe()
  }

  /** What was there before, in pages; begins to listen when the end is near, and then misses nothing. */
  const catchUp = async (): Promise<void> => {
    let until: number | undefined
    while (!stopping && error === undefined) {
      const head = journal.head
      if (until === undefined && head - offset <= pageSize) {
        endTail = journal.tail(onGroup)
        until = head
      }
      const page = await journal.read(offset, pageSize, view.kinds)
      // Too much came meanwhile: it is read like the rest, and listening begins anew.
      if (endTail === undefined) until = undefined
      const end = until ?? head
      const entries = page.filter((entry) => entry.offset <= end)
      const complete = page.length < pageSize || entries.length < page.length
      await apply(entries, complete ? end : lastOffset(entries, offset))
      if (complete && until !== undefined) return
    }
  }

  const follow = async (first: Promise<void> | undefined): Promise<void> => {
    await first
    while (!stopping && error === undefined) {
      if (endTail === undefined) await catchUp()
      const entries = waiting.shift()
      if (entries === undefined) {
        if (endTail === undefined) continue
        resolveCaughtUp()
        return
      }
      waitingEntries -= entries.length
      await apply(entries, lastOffset(entries, offset))
    }
  }

  function run(first: Promise<void> | undefined): void {
    running = follow(first)
      .catch(fail)
      .finally(() => {
        running = undefined
        if (waiting.length > 0) run(undefined)
      })
  }
  run(undefined)

  return {
    get offset() {
      return offset
    },
    caughtUp,
    get error() {
      return error
    },
    async stop() {
      stopping = true
      unsubscribe()
      await running
      rejectCaughtUp(new JournalError('closed', `View "${view.name}" was stopped`))
      if (error === undefined && !outcomes.lost() && offset > snapshotOffset) await keepSnapshot()
    }
  }
}

function lastOffset(entries: readonly Entry[], otherwise: number): number {
  return entries.at(-1)?.offset ?? otherwise
}

/** Puts the view where its snapshot was, or at the very beginning. Returns the offset. */
async function restore(journal: Journal, view: View, log: Log): Promise<number> {
  view.restore(undefined)
  const snapshot = await journal.snapshot(view.name).catch((reason: unknown) => {
    if (!(reason instanceof JournalError) || !(reason.code === 'cut' || reason.code === 'other-epoch')) throw reason
    log('warn', `${reason.message}; it is built anew from what is kept`, { view: view.name })
    return undefined
  })
  if (snapshot === undefined) return 0
  const [now, then] = [formatOf(view.snapshot()), formatOf(snapshot.state)]
  if (now !== then) {
    log('warn', `The state of view "${view.name}" has another format; it is built anew from what is kept`, {
      view: view.name,
      stored: then ?? 'none',
      expected: now ?? 'none'
    })
    return 0
  }
  view.restore(snapshot.state)
  return snapshot.offset
}

/** The format version that a state bears. */
function formatOf(state: unknown): number | undefined {
  if (typeof state !== 'object' || state === null) return undefined
  const { format } = state as { format?: unknown }
  return typeof format === 'number' ? format : undefined
}
