import type {
  AppendOptions,
  Clock,
  Draft,
  Entry,
  EntryKind,
  Journal,
  JournalHealth,
  Snapshot,
  Tick
} from '@city-brain/model'
import { addTally, createAppendQueue } from './append-queue.ts'
import { fromErrorRecord, JournalError } from './journal-error.ts'
import { kindTable } from './kind-table.ts'
import { type JournalLimits, resolveLimits } from './limits.ts'
import { kindIndexOf, unpackEntries } from './pack-drafts.ts'
import type { PageAnswer, Question, SnapshotAnswer } from './protocol.ts'
import { createTail } from './tail.ts'
import { createTicker } from './ticker.ts'
import { startWorker } from './worker-link.ts'

export type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: Record<string, unknown>) => void

export type JournalOptions = {
  /** Of the journal's own; made where it is not there. */
  folder: string
  clock: Clock
  log: Log
  limits?: JournalLimits
  /** `none` where a timekeeper brings the city's time (default: `wall`, one a second). */
  ticks?: 'wall' | 'none'
  /** How often ticks are written and space and retention are seen to, milliseconds (default 1,000). */
  rhythm?: number
}

/** The embedded journal, which knows what time to throw things away by. */
export type OpenJournal = Journal & {
  /**
   * Milliseconds since 1970: the wall clock, except that a jump of more than a day ahead counts only when it has stood for a
   * day. By this the history's own retention goes too.
   */
  retentionTime(): number
}

/** Kinds that devices bring in any number. While the journal is full these are refused; all else still goes in. */
const intakeKinds: ReadonlySet<EntryKind> = new Set(['reading', 'status', 'spat', 'dead-letter'])

/**
 * Opens the journal in a folder, or makes it. One process at a time.
 * Rejects with a `JournalError`: `locked`, `unwritable`, `unknown-format`, `damaged`.
 */
export async function openJournal(options: JournalOptions): Promise<OpenJournal> {
  const { folder, clock, log, ticks = 'wall', rhythm = 1_000 } = options
  let closed: Promise<void> | undefined
  let failure: JournalError | undefined
  let damage: string | undefined

  const tail = createTail((error) => log('error', 'A listener to the journal threw', { error: String(error) }))
  const queue = createAppendQueue({
    post: (group) => link.post({ type: 'commit', group }),
    onCommitted({ head: newest, tally: added, entries }) {
      head = newest
      if (added) tally = addTally(tally, added)
      if (tail.isHeard()) tail.publish(entries())
    }
  })
  const fail = (error: JournalError) => {
    failure ??= error
    log('error', error.message, { code: error.code, ...error.detail })
    queue.fail(failure)
  }
  const link = await startWorker({
    start: {
      folder,
      limits: resolveLimits(options.limits ?? {}),
      now: clock.now(),
      monotonic: clock.monotonic(),
      kinds: kindTable
    },
    onDeath: fail,
    onEvent(event) {
      switch (event.type) {
        case 'committed':
          queue.committed(event)
          break
        case 'rejected': {
          const error = fromErrorRecord(event.error)
          queue.rejected(error)
          // After a failed write nobody knows what the disk holds of it: only a restart finds out.
          if (error.code === 'failed' || error.code === 'damaged') fail(error)
          break
        }
        case 'space':
          space = event.space
          break
        case 'log':
          log(event.level, event.message, event.detail)
          break
      }
    }
  })
  const { epoch } = link.opened
  let { head, tally, space } = link.opened

  const tick = createTicker(clock, link.opened.tick === undefined ? undefined : (JSON.parse(link.opened.tick) as Tick))
  let ticking = true
  const timer = setInterval(beat, rhythm)
  beat()

  function beat(): void {
    if (failure) return
    link.post({ type: 'maintain', now: clock.now(), monotonic: clock.monotonic() })
    if (ticks === 'none') return
    queue.append(tick(), undefined, clock.now()).then(
      () => {
        ticking = true
      },
      (error: unknown) => {
        if (ticking && !failure) log('error', 'Ticks cannot be written', { error: String(error) })
        ticking = false
      }
    )
  }

  const refusal = (): JournalError | undefined =>
    closed !== undefined ? new JournalError('closed', 'The journal is closed') : failure

  /** A checkpoint that is not one of this journal must stop its view at once. */
  const placeFault = (who: string, offset: number): JournalError | undefined => {
    if (!Number.isSafeInteger(offset) || offset < 0) {
      return new JournalError('invalid', `${who} stands at ${offset}, which is no offset`, { offset })
    }
    if (offset <= head) return undefined
    return new JournalError(
      'past-end',
      `${who} stands at ${offset}, past the end of the journal at ${head} (epoch ${epoch})`,
      { offset, head, epoch }
    )
  }
  const checkPlace = (who: string, offset: number) => {
    const fault = placeFault(who, offset)
    if (fault) throw fault
  }

  /** Why an append is not taken: its checkpoint is wrong, or it is intake while the journal is full. */
  const refusalOf = (drafts: readonly Draft[], appendOptions: AppendOptions | undefined): JournalError | undefined => {
    if (appendOptions?.view) {
      return placeFault(`View "${appendOptions.view.name}"`, appendOptions.view.checkpoint)
    }
    if (!space.full || !drafts.some(({ kind }) => intakeKinds.has(kind))) return undefined
    const { bytes, limitBytes, freeBytes } = space
    return new JournalError('full', 'The journal has reached its limit; intake is stopped', {
      bytes,
      limitBytes,
      freeBytes
    })
  }

  /** Asks for a page; damage that it comes upon is remembered, since whoever asked may not be able to tell a person. */
  const askPage = (question: Question): Promise<PageAnswer> =>
    link.ask<PageAnswer>(question).catch((error: unknown) => {
      if (error instanceof JournalError && error.code === 'damaged' && damage === undefined) {
        damage = error.message
        log('error', error.message, error.detail)
      }
      throw error
    })

  const journal: OpenJournal = {
    epoch,
    get head() {
      return head
    },
    append(drafts, appendOptions) {
      const refused = refusal() ?? refusalOf(drafts, appendOptions)
      return refused ? Promise.reject(refused) : queue.append(drafts, appendOptions, clock.now())
    },
    async read<K extends EntryKind = EntryKind>(
      after: number,
      limit: number,
      kinds?: readonly K[]
    ): Promise<Entry<K>[]> {
      const refused = refusal()
      if (refused) throw refused
      const through = head
      checkPlace('A reader', after)
      const indexes = kinds?.map(kindIndexOf)
      const entries: Entry<K>[] = []
      let reached = after
      while (reached < through && entries.length < limit) {
        const wanted = limit - entries.length
        const page = await askPage({ type: 'read', after: reached, through, limit: wanted, kinds: indexes })
        for (const entry of unpackEntries<K>(page.entries)) entries.push(entry)
        reached = page.reached
      }
      return entries
    },
    async readBack<K extends EntryKind = EntryKind>(query: {
      kinds: readonly K[]
      entity?: string
      before?: number
      limit: number
    }): Promise<Entry<K>[]> {
      const refused = refusal()
      if (refused) throw refused
      const { entity, limit } = query
      const kinds = query.kinds.map(kindIndexOf)
      const entries: Entry<K>[] = []
      let before = Math.min(query.before ?? head + 1, head + 1)
      while (before > 1 && entries.length < limit) {
        const wanted = limit - entries.length
        const page = await askPage({ type: 'read-back', before, limit: wanted, kinds, entity })
        for (const entry of unpackEntries<K>(page.entries)) entries.push(entry)
        before = page.reached
      }
      return entries
    },
    tail: tail.listen,
    async snapshot(view): Promise<Snapshot | undefined> {
      const refused = refusal()
      if (refused) throw refused
      await queue.settled()
      const found = await link.ask<SnapshotAnswer>({ type: 'snapshot', view })
      if (found === undefined) return undefined
      if (found.epoch !== epoch) {
        throw new JournalError(
          'other-epoch',
          `View "${view}" stands at ${found.offset} of epoch ${found.epoch}, but the journal is at ${head} of epoch ${epoch}`,
          { view, offset: found.offset, viewEpoch: found.epoch, epoch, head }
        )
      }
      checkPlace(`View "${view}"`, found.offset)
      if (found.offset < found.cutThrough) {
        throw new JournalError(
          'cut',
          `View "${view}" stands at ${found.offset}, but retention has cut entries up to ${found.cutThrough} since`,
          { view, offset: found.offset, cutThrough: found.cutThrough }
        )
      }
      return { epoch: found.epoch, offset: found.offset, state: JSON.parse(found.state) }
    },
    async saveSnapshot(view, offset, state) {
      const refused = refusal()
      if (refused) throw refused
      checkPlace(`View "${view}"`, offset)
      if (state === undefined) throw new JournalError('invalid', `View "${view}" gave no state to keep`, { view })
      await queue.append([], { view: { name: view, checkpoint: offset, state } }, clock.now())
    },
    tally: () => ({ ...tally }),
    retentionTime: () => space.retentionTime,
    health(): JournalHealth {
      const { full, secondsUntilFull, bytes, limitBytes, freeBytes, oldest } = space
      return {
        state: failure ? 'failed' : full ? 'full' : 'ok',
        bytes,
        limitBytes,
        freeBytes,
        oldest,
        ...(damage === undefined ? {} : { damage }),
        ...(secondsUntilFull === undefined ? {} : { secondsUntilFull })
      }
    },
    close() {
      closed ??= (async () => {
        clearInterval(timer)
        await queue.settled()
        await link.close()
      })()
      return closed
    }
  }
  return journal
}
