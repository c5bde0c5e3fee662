import type { Clock, Draft, Journal, Tally } from '@city-brain/model'
import type { Log } from '../log.ts'
import type { Message, Settle } from '../pipeline/message.ts'
import type { TimesChange } from '../pipeline/normalise.ts'
import { forgetMessage } from '../state/forget-message.ts'
import type { IngestState } from '../state/ingest-state.ts'

/** The journal could not make a group durable; nothing of it is acknowledged, and its connections end. */
export class NotStored extends Error {
  override readonly name = 'NotStored'
  readonly code = 'not-stored'
}

/**
 * Under load a group is gathered for so long since the last, milliseconds. Each commit and each write of a PUBACK costs the
 * same for one message as for many, and at ten thousand a second that is most of what a message costs.
 */
const gatherUnderLoad = 10
/** Messages a millisecond that count as load. Below it a message never waits for others. */
const loadedFrom = 2
/** A group of so many messages goes at once. */
const largeGroup = 1_000

/** What is gathered and committed in one transaction. */
type Group = {
  drafts: Draft[]
  tally: Tally
  settles: Settle[]
  messages: number
  bytes: number
  /** How many groups had failed when its first message came. */
  failuresBefore: number
  /** To take back what the steps remembered of it, where it fails. */
  fingerprints: Message[]
  times: TimesChange[]
}

export interface CommitQueue {
  add(draft: Draft): void
  count(fate: keyof Tally, readings: number): void
  /** The entity's times were changed for the message at hand. */
  changed(change: TimesChange): void
  /** Ends a message: it is settled with its group, in the order of the calls. */
  settle(message: Message): void
  /** Messages and bytes that are not yet settled. */
  readonly messages: number
  readonly bytes: number
  /** Resolves when all that was added before is decided: true where nothing of it failed. */
  settled(): Promise<boolean>
}

/**
 * Gathers what comes in one turn of the event loop (under load, in 10 ms) into one append, and settles its messages when
 * that is on disk. After
 * a group that failed, groups that were begun before the failure was known are not acknowledged either, even where they
 * were stored: one of their messages may be a repeat of one that was lost. The clients send them again, and what was
 * stored is then recognised.
 * @param onTaken told of each message that joins
 * @param onSettled told after each group how many messages it had
 */
export function createCommitQueue({
  journal,
  state,
  clock,
  log,
  onTaken,
  onSettled
}: {
  journal: Journal
  state: IngestState
  clock: Clock
  log: Log
  onTaken: () => void
  onSettled: (messages: number) => void
}): CommitQueue {
  let group = newGroup()
  let failures = 0
  let scheduled = false
  let timer: NodeJS.Timeout | undefined
  let messages = 0
  let bytes = 0
  let last: Promise<boolean> = Promise.resolve(true)

  /** When the last group was sent, and how many messages a millisecond had come until then. */
  let flushedAt = Number.NEGATIVE_INFINITY
  let rate = 0

  const schedule = () => {
    scheduled = true
    const wait = rate >= loadedFrom ? flushedAt + gatherUnderLoad - clock.monotonic() : 0
    if (wait > 0) timer = setTimeout(flush, wait)
    else setImmediate(flush)
  }

  const flush = () => {
    scheduled = false
    timer = undefined
    const now = clock.monotonic()
    rate = group.messages / Math.max(1, now - flushedAt)
    flushedAt = now
    const sent = group
    group = newGroup()
    last = commit(sent)
  }

  const commit = async (sent: Group): Promise<boolean> => {
    const previous = last
    const stored = await store(sent)
    // In the order of arrival whatever the journal's promises do [MQTT-4.6.0-2].
    await previous
    messages -= sent.messages
    bytes -= sent.bytes
    const acknowledge = stored && sent.failuresBefore === failures
    const fault = acknowledge ? undefined : new NotStored('the journal could not store the message')
    for (const settle of sent.settles) settle(fault)
    onSettled(sent.messages)
    return acknowledge
  }

  const store = async (sent: Group): Promise<boolean> => {
    if (sent.drafts.length === 0 && isEmpty(sent.tally)) return true
    try {
      await journal.append(sent.drafts, { tally: sent.tally })
      return true
    } catch (error) {
      failures++
      takeBack(sent, state)
      log('error', 'The journal did not store readings; they are not acknowledged', {
        messages: sent.messages,
        error: String(error)
      })
      return false
    }
  }

  return {
    add: (draft) => {
      group.drafts.push(draft)
    },
    count: (fate, readings) => {
      group.tally[fate] += readings
    },
    changed: (change) => {
      group.times.push(change)
    },
    settle(message) {
      if (group.messages === 0) group.failuresBefore = failures
      group.settles.push(message.settle)
      if (message.fingerprint !== 0 && !message.duplicate) group.fingerprints.push(message)
      group.messages++
      group.bytes += message.payload.length
      messages++
      bytes += message.payload.length
      onTaken()
      if (!scheduled) schedule()
      else if (timer !== undefined && group.messages >= largeGroup) {
        clearTimeout(timer)
        timer = undefined
        setImmediate(flush)
      }
    },
    get messages() {
      return messages
    },
    get bytes() {
      return bytes
    },
    async settled() {
      const failuresBefore = failures
      while (scheduled) await new Promise((resolve) => setTimeout(resolve, 1))
      await last
      return failures === failuresBefore
    }
  }
}

function newGroup(): Group {
  return {
    drafts: [],
    tally: { accepted: 0, rejected: 0, duplicate: 0 },
    settles: [],
    messages: 0,
    bytes: 0,
    failuresBefore: 0,
    fingerprints: [],
    times: []
  }
}

function isEmpty({ accepted, rejected, duplicate }: Tally): boolean {
  return accepted === 0 && rejected === 0 && duplicate === 0
}

/** What was remembered of messages that were not stored is forgotten, so that their repeat is taken as new. */
function takeBack(group: Group, state: IngestState): void {
  // The newest first: each then finds what it had changed.
  for (const message of [...group.fingerprints].reverse()) forgetMessage(message, state)
  for (const { times, which, before, after } of group.times.reverse()) {
    if (times[which] === after) times[which] = before
  }
}
