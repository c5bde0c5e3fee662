import type { Clock, Journal } from '@city-brain/model'
import type { Log } from '../log.ts'
import { createIngestState, type IngestState, ingestKinds } from './ingest-state.ts'

const view = 'ingest'
const page = 5_000

/**
 * The state as the journal tells it: the newest snapshot, and the entries after it. A snapshot of another epoch (the
 * journal lost something since) or past its end is not used: the state is rebuilt from all that the journal keeps, so that
 * a message whose entry was lost is not taken for a repeat.
 */
export async function restoreIngestState(journal: Journal, log: Log): Promise<IngestState> {
  const snapshot = await journal.snapshot(view)
  const usable = snapshot !== undefined && snapshot.epoch === journal.epoch && snapshot.offset <= journal.head
  if (snapshot !== undefined && !usable) {
    log('warn', 'The snapshot of the ingest state is not of this journal; rebuilding it from the entries', {
      snapshot: { epoch: snapshot.epoch, offset: snapshot.offset },
      journal: { epoch: journal.epoch, head: journal.head }
    })
  }
  const state = createIngestState(usable ? snapshot.state : undefined)
  let after = usable ? snapshot.offset : 0
  for (;;) {
    const entries = await journal.read(after, page, ingestKinds)
    for (const entry of entries) state.apply(entry)
    const last = entries.at(-1)
    if (last === undefined || entries.length < page) return state
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
  settled,
  clock,
  log,
  everyMessages = 100_000,
  everyMilliseconds = 600_000,
  lookEvery = 10_000
}: {
  journal: Journal
  state: IngestState
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
  let savedOffset = journal.head
  let saving: Promise<void> | undefined

  const save = async () => {
    const offset = journal.head
    messages = 0
    savedAt = clock.monotonic()
    try {
      const snapshot = await state.snapshot(nextTurn)
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
