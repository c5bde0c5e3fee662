import { setTimeout as sleep } from 'node:timers/promises'
import type {
  Clock,
  Entry,
  HistoryCheckpoint,
  HistoryRefusal,
  HistoryRow,
  HistoryStore,
  Journal,
  Snapshot
} from '@city-brain/model'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import { createBackoff } from './backoff.ts'
import { deadLetterOf } from './dead-letter-of.ts'
import { createLiveBuffer } from './live-buffer.ts'
import { createMomentOf } from './moment-of.ts'
import { createWaiter } from './waiter.ts'

/** Under this name the journal keeps what the history has not stored. */
const viewName = 'history'

/** With the snapshot: where the store's own checkpoint stood. After it, up to the snapshot's offset, there is no reading. */
type SnapshotState = { format: 1; checkpoint: number }

export type HistoryWriterState = {
  state: 'ok' | 'catching-up' | 'unavailable' | 'misconfigured'
  /** How far it has applied the journal. */
  offset: number
  stored: number
  refused: number
  /** Age of the oldest reading that it has not stored; 0 where there is none. */
  lagSeconds: number
  message?: string
}

export type HistoryWriter = { state(): HistoryWriterState; stop(): Promise<void> }

export type HistoryWriterOptions = {
  journal: Journal
  store: HistoryStore
  clock: Clock
  log: Log
  /** Readings in one write (default 5,000). */
  batchSize?: number
  /** Milliseconds that a batch may wait for more readings (default 250). */
  batchDelay?: number
  /** Readings kept in memory while a write runs; beyond it they are read from the journal again (default 8 batches). */
  bufferLimit?: number
  /** Milliseconds between snapshots, which let the journal trim what is stored (default 10,000). */
  snapshotEvery?: number
  /** Milliseconds of the first and the longest wait after a fault (default 500 and 30,000). */
  retry?: { first: number; longest: number }
  /** Milliseconds that stopping waits for a write under way (default 2,000): a store that hangs must not hold up the end. */
  stopGrace?: number
  random?: () => number
}

/**
 * Carries readings from the journal into the history store, from the store's checkpoint on. The journal is the buffer: the
 * store may be away for as long as the journal's disk lasts. What the store would never take becomes a dead letter, once.
 * It resolves at once, whether or not the store can be reached: `state()` tells.
 */
export async function createHistoryWriter(options: HistoryWriterOptions): Promise<HistoryWriter> {
  const { journal, store, clock, log, batchSize = 5_000, batchDelay = 250, snapshotEvery = 10_000 } = options
  const backoff = createBackoff(options.retry ?? { first: 500, longest: 30_000 }, options.random ?? Math.random)
  const waiter = createWaiter()
  const buffer = createLiveBuffer(journal, options.bufferLimit ?? 8 * batchSize, () => {
    if (!gathering || buffer.length >= batchSize) waiter.wake()
  })

  let checkpoint: HistoryCheckpoint | undefined
  let offset = 0
  let fault: { state: 'unavailable' | 'misconfigured'; message: string } | undefined
  /** When the oldest reading in hand was received. */
  let inHand: number | undefined
  let gathering = false
  let stopped = false
  let snapshotAt = 0
  let snapshotOffset = -1
  let compared = false

  // Before anything else: from now on the journal keeps what the history has not stored.
  const snapshot = await readSnapshot()
  if (snapshot === undefined) await keepSnapshot(0)
  const running = run().catch((thrown: unknown) => {
    // Only a fault in the journal's own entries or in this program: to go on would be to guess.
    stopFor(thrown instanceof Error ? thrown.message : String(thrown))
  })

  async function readSnapshot(): Promise<Snapshot | undefined> {
    try {
      return await journal.snapshot(viewName)
    } catch (thrown) {
      const { code, message } = thrown as { code?: string; message: string }
      // Whether the store fits the journal its own checkpoint tells: after a salvage it may have been taken over or emptied.
      if (code !== 'cut' && code !== 'other-epoch' && code !== 'past-end') throw thrown
      log(code === 'cut' ? 'error' : 'warn', message)
      return undefined
    }
  }

  /** A person must look: nothing is written, and the journal keeps what it has. */
  function stopFor(message: string): void {
    fault = { state: 'misconfigured', message }
    log('error', message, { store: store.name })
    buffer.stop()
  }

  async function run(): Promise<void> {
    if (!(await begin())) return
    while (!stopped) {
      const page = await nextPage()
      if (stopped) break
      if (page.readings.length > 0) await persist(page.readings, page.to)
      else offset = Math.max(offset, page.to)
      compareOnce()
      await saveSnapshot(false)
      if (buffer.length === 0 && offset >= buffer.from) await waiter.wait(snapshotEvery)
    }
  }

  /** False where the store has applied another journal: then nothing may be written, and a person must look. */
  async function begin(): Promise<boolean> {
    const found = await insist(() => store.checkpoint())
    if (stopped) return false
    checkpoint = found
    offset = checkpoint?.offset ?? 0
    if (checkpoint && (checkpoint.epoch !== journal.epoch || checkpoint.offset > journal.head)) {
      stopFor(
        `The history has applied epoch ${checkpoint.epoch} up to ${checkpoint.offset}, ` +
          `the journal is of epoch ${journal.epoch} and ends at ${journal.head}. ` +
          'Nothing is written to it. Stop the city and run: city-brain history rebuild'
      )
      return false
    }
    const kept = snapshot?.epoch === journal.epoch ? (snapshot.state as SnapshotState) : undefined
    // Where the store is the one of the snapshot, the entries in between (ticks, mostly) need not be there any more.
    if (snapshot && kept?.format === 1 && kept.checkpoint === offset) offset = Math.max(offset, snapshot.offset)
    return true
  }

  /** Readings after `offset`, from memory where they are there, else from the journal; and up to where that is complete. */
  async function nextPage(): Promise<{ readings: Entry<'reading'>[]; to: number }> {
    if (offset >= buffer.from) {
      if (buffer.length > 0 && buffer.length < batchSize) {
        gathering = true
        await waiter.wait(batchDelay)
        gathering = false
      }
      // While it waited the buffer may have overflowed; then the journal is read after all.
      if (offset >= buffer.from) return buffer.take(offset, batchSize)
    }
    const { head } = journal
    const readings = await insist(() => journal.read(offset, batchSize, ['reading']))
    const last = readings?.[readings.length - 1]
    if (!readings || !last) return { readings: [], to: readings ? head : offset }
    return { readings, to: readings.length < batchSize ? Math.max(head, last.offset) : last.offset }
  }

  function compareOnce(): void {
    if (compared || offset < journal.head) return
    compared = true
    // Everything is applied, so what the counters still miss will never come: say so rather than wait for it for ever.
    const missing = journal.tally().accepted - (checkpoint?.stored ?? 0) - (checkpoint?.refused ?? 0)
    if (missing > 0) {
      log('warn', 'The history lacks readings that the journal no longer has', { missing, store: store.name })
    }
  }

  async function persist(readings: Entry<'reading'>[], to: number): Promise<void> {
    inHand = readings[0]?.receivedAt
    const rows = readings.map(rowOf)
    const refuse = async (refusals: readonly HistoryRefusal[]): Promise<void> => {
      const entries = new Map(readings.map((entry) => [entry.offset, entry]))
      const drafts = refusals.flatMap((refusal) => {
        const entry = entries.get(refusal.offset)
        return entry ? [deadLetterOf(entry, refusal.reason)] : []
      })
      // As a view, so that it goes in even where the journal is full: only what is stored makes room again.
      await journal.append(drafts, { view: { name: viewName, checkpoint: offset, state: snapshotState() } })
      log('warn', 'The history refuses readings for good', { count: drafts.length, first: refusals[0]?.reason })
    }
    const done = await insist(() => store.write(rows, { epoch: journal.epoch, offset: to }, refuse))
    if (!done) return
    checkpoint = done
    offset = Math.max(offset, to)
    inHand = undefined
  }

  /** Tries until it succeeds or the writer is stopped (undefined), waiting longer each time. */
  async function insist<T>(action: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      if (stopped) return undefined
      try {
        const result = await action()
        if (fault) log('info', 'The history answers again', { store: store.name })
        fault = undefined
        backoff.reset()
        return result
      } catch (thrown) {
        const message = thrown instanceof Error ? thrown.message : String(thrown)
        const state = thrown instanceof HistoryMisconfigured ? 'misconfigured' : 'unavailable'
        if (fault?.message !== message)
          log(state === 'misconfigured' ? 'error' : 'warn', message, { store: store.name })
        fault = { state, message }
        const least = thrown instanceof HistoryUnavailable ? (thrown.retryAfter ?? 0) : 0
        // A wrong token may be mended while the city runs: so it tries on, but seldom.
        await waiter.pause(state === 'misconfigured' ? backoff.longest : Math.max(backoff.next(), least))
      }
    }
  }

  async function saveSnapshot(last: boolean): Promise<void> {
    const now = clock.monotonic()
    if (offset === snapshotOffset || (!last && now - snapshotAt < snapshotEvery)) return
    try {
      const reached = offset
      await keepSnapshot(reached)
      snapshotAt = now
      snapshotOffset = reached
    } catch (thrown) {
      log('warn', 'The snapshot of the history was not kept', { message: (thrown as Error).message })
    }
  }

  function keepSnapshot(reached: number): Promise<void> {
    return journal.saveSnapshot(viewName, reached, snapshotState())
  }

  function snapshotState(): SnapshotState {
    return { format: 1, checkpoint: checkpoint?.offset ?? 0 }
  }

  return {
    state() {
      const waiting = [inHand, buffer.oldest()].filter((moment) => moment !== undefined)
      const behind = offset < buffer.from
      return {
        state: fault?.state ?? (behind ? 'catching-up' : 'ok'),
        offset,
        stored: checkpoint?.stored ?? 0,
        refused: checkpoint?.refused ?? 0,
        lagSeconds: waiting.length > 0 ? Math.max(0, (clock.now() - Math.min(...waiting)) / 1_000) : 0,
        ...(fault ? { message: fault.message } : {})
      }
    },
    async stop() {
      if (stopped) return running
      stopped = true
      buffer.stop()
      waiter.stop()
      // What is not known to be stored by then is written again at the next start, and changes nothing if it was.
      await Promise.race([running, sleep(options.stopGrace ?? 2_000, undefined, { ref: false })])
      if (fault?.state !== 'misconfigured') await saveSnapshot(true)
    }
  }
}

/** A reading without a date, which the pipeline lets nobody bring, is refused as a row rather than holding up all others. */
function rowOf({ offset, entity, payload }: Entry<'reading'>): HistoryRow {
  return {
    offset,
    entity,
    type: payload.type,
    dateObserved: momentOf(payload.dateObserved) ?? Number.NaN,
    values: payload.values,
    ...(payload.flags && payload.flags.length > 0 ? { flags: payload.flags } : {})
  }
}
const momentOf = createMomentOf()
