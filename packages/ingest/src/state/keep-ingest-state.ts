import type { Clock, Journal } from '@city-brain/model'
import type { Log } from '../log.ts'
import { createIngestState, type IngestState, ingestKinds } from './ingest-state.ts'
import { usableSnapshot } from './usable-snapshot.ts'

const view = 'ingest'
const page = 5_000

/**
 * The state as the journal tells it: the newest snapshot, and the entries after it. Where the snapshot does not fit the
 * journal, the state is rebuilt from all that the journal keeps, so that a message whose entry was lost is not taken for a
 * repeat. `savedOffset` is that of the snapshot, 0 without one.
 */
export async function restoreIngestState(
  journal: Journal,
  log: Log
): Promise<{ state: IngestState; savedOffset: number }> {
  const found = await usableSnapshot(journal, view, log)
  if (found === 'unusable') log('warn', 'The ingest state is rebuilt from the entries')
  const snapshot = found === 'unusable' ? undefined : found
  const state = createIngestState(snapshot?.state)
  const savedOffset = snapshot?.offset ?? 0
  let after = savedOffset
  for (;;) {
    const entries = await journal.read(after, page, ingestKinds)
    for (const entry of entries) state.apply(entry)
    const last = entries.at(-1)
    if (last === undefined || entries.length < page) return { state, savedOffset }
    after = last.offset
  }
}

export interface IngestStateKeeper {
  /** Tells it that so many messages were taken in; now and then it then writes a snapshot. */
  count(messages: number): void
  stop(): Promise<void>
}

/**
 * Writes snapshots: after so many messages or so long a time, and at the end. The journal cuts nothing that is not in one,
 * so there is a clock for it too: while the journal is full no message comes that could count. The state may run ahead of
 * the offset that is written with it, because applying an entry twice changes nothing more; but never ahead of the disk: a
 * fingerprint in a snapshot whose message was lost in a crash would make its repeat look like a repeat. So a snapshot waits
 * until all that is in it is durable, and is thrown away where that failed.
 */
export function createIngestStateKeeper({
  journal,
  state,
  savedOffset,
  settled,
  clock,
  log,
  everyMessages = 300_000,
  everyMilliseconds = 600_000,
  lookEvery = 10_000
}: {
  journal: Journal
  state: IngestState
  /** How far the snapshot goes that is there. */
  savedOffset: number
  /** Resolves when all that was taken in before the call is decided: true where all of it is on disk. */
  settled: () => Promise<boolean>
  clock: Clock
  log: Log
  everyMessages?: number
  everyMilliseconds?: number
  /** How often the time and the room in the journal are looked at, milliseconds. */
  lookEvery?: number
}): IngestStateKeeper {
  let messages = 0
  let savedAt = clock.monotonic()
  let saving: Promise<void> | undefined

  const save = async () => {
    const offset = journal.head
    messages = 0
    savedAt = clock.monotonic()
    try {
      const snapshot = await state.snapshot(nextTurn, journal.health().oldest)
      if (!(await settled())) return
      await journal.saveSnapshot(view, offset, snapshot)
      savedOffset = offset
    } catch (error) {
      // Without it the next start reads more of the tail; nothing is lost.
      log('warn', 'The snapshot of the ingest state could not be written', { error: String(error) })
    }
  }

  const saveInTurn = () => {
    saving ??= save().finally(() => {
      saving = undefined
    })
  }

  const look = () => {
    if (journal.head === savedOffset) return
    if (clock.monotonic() - savedAt >= everyMilliseconds || journal.health().state === 'full') saveInTurn()
  }
  const timer = setInterval(look, lookEvery)
  timer.unref()

  return {
    count(more) {
      messages += more
      if (messages >= everyMessages) saveInTurn()
    },
    async stop() {
      clearInterval(timer)
      await saving
      if (journal.head !== savedOffset) await save()
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
