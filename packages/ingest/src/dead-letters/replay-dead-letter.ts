import type { Clock, DeadLetter, Draft, Entry, ErrorCode, Journal } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Speaker } from '../directory/speaker.ts'
import type { CompiledFeed } from '../feeds/compiled-feed.ts'
import { createTopicRoutes } from '../intake/topic-routes.ts'
import { createAuthorise } from '../pipeline/authorise.ts'
import { createDecode, type DecodeLimits } from '../pipeline/decode.ts'
import { createMessage, type Fault, type Message } from '../pipeline/message.ts'
import { createNormalise, type TimesChange } from '../pipeline/normalise.ts'
import { validate } from '../pipeline/validate.ts'
import { type IngestState, replayOutlet } from '../state/ingest-state.ts'
import { deadLetterDraft } from './dead-letter-draft.ts'

/** What became of a dead letter. `duplicate`: it was replayed before; nothing is stored twice. */
export type ReplayOutcome =
  | { outcome: 'accepted'; readings: number }
  | { outcome: 'duplicate' }
  | { outcome: 'rejected'; code: ErrorCode; path?: string; message: string }
  | { outcome: 'not-found'; message: string }

/** A rejected reading's dead letter without raw bytes has them in the one at most so many entries before it. */
const siblingsWithin = 1_000

/**
 * Runs a dead letter through the pipeline again, as it was received, under the registry and feeds of today.
 *
 * How it counts: a replay that stores readings is received anew, and `received` and `accepted` grow by them, in the
 * transaction that stores them; the dead letter stays in the journal and stays counted as rejected, since that is what
 * became of what the device sent. Of several readings those that are still at fault become dead letters of their own,
 * received and rejected. A replay that is rejected again, or was done before, counts nothing. So every counter
 * keeps to its entries: `accepted` to readings, `rejected` to dead letters. A `delivered` entry in the same transaction
 * tells a second replay, after a restart too.
 */
export function createReplay({
  journal,
  directory,
  speakerByTopic,
  unclaimed,
  feeds,
  state,
  clock,
  limits
}: {
  journal: Journal
  directory: Directory
  /** With an external broker: what belonged to nobody may belong to a device that was registered since. */
  speakerByTopic?: ((topic: string) => Speaker | undefined) | undefined
  /** The name under which letters of nobody at the external broker stand. Of no other letter the topic tells who said it. */
  unclaimed?: string | undefined
  feeds: readonly CompiledFeed[]
  state: IngestState
  clock: Clock
  limits: DecodeLimits
}): (offset: number) => Promise<ReplayOutcome> {
  const routeOf = createTopicRoutes(directory, feeds)
  const decode = createDecode(limits)
  const authorise = createAuthorise(directory)
  let turn: Promise<unknown> = Promise.resolve()

  const replay = async (offset: number): Promise<ReplayOutcome> => {
    const [entry] = await journal.readBack({ kinds: ['dead-letter'], before: offset + 1, limit: 1 })
    if (entry?.kind !== 'dead-letter' || entry.offset !== offset) {
      return { outcome: 'not-found', message: `there is no dead letter at ${offset}` }
    }
    if (state.replayed.has(offset)) return { outcome: 'duplicate' }
    const letter = entry.payload
    if (letter.stage === 'history') {
      return { outcome: 'rejected', code: letter.code, message: 'it is in the journal; the history store refuses it' }
    }
    const raw = letter.raw ?? (await rawOfSibling(journal, entry))
    if (raw === undefined) {
      return { outcome: 'rejected', code: letter.code, message: 'its bytes were not kept; only their length and hash' }
    }
    return await runAgain(entry, letter, Buffer.from(raw, 'base64'))
  }

  const runAgain = async (entry: Entry<'dead-letter'>, letter: DeadLetter, payload: Buffer): Promise<ReplayOutcome> => {
    const speaker =
      directory.speaker(letter.device) ?? (letter.device === unclaimed ? speakerByTopic?.(letter.topic) : undefined)
    if (speaker === undefined) {
      return { outcome: 'rejected', code: 'not-authorised', message: `${letter.device} is no longer registered` }
    }
    const message = createMessage(speaker, routeOf(speaker, letter.topic), payload, entry.receivedAt, () => {})
    message.sha256 = letter.sha256
    const changes: TimesChange[] = []
    decode(message)
    if (letter.index !== undefined) {
      message.candidates = message.candidates.filter((candidate) => candidate.index === letter.index)
    }
    authorise(message)
    validate(message)
    createNormalise({ state, clock, onTimes: (change) => changes.push(change) })(message)
    const fault = message.fault ?? firstFault(message)
    if (fault === undefined && message.route.channel !== 'telemetry') {
      return {
        outcome: 'rejected',
        code: letter.code,
        message: 'only readings are replayed; a state would be out of date'
      }
    }
    const readings = readingDrafts(message, clock.now())
    const still = message.candidates.filter((candidate) => candidate.fault !== undefined)
    if (readings.length === 0) {
      if (fault) return { outcome: 'rejected', ...fault }
      return { outcome: 'rejected', code: 'feed-failed', message: 'the feed passes this message over' }
    }
    const done: Draft = {
      kind: 'delivered',
      entity: entry.entity,
      payload: { outlet: replayOutlet, of: entry.offset, id: `${replayOutlet}/${entry.offset}` },
      source: 'system'
    }
    const letters = still.map((candidate, i) => deadLetterDraft(message, candidate.fault as Fault, candidate, i === 0))
    try {
      const tally = { accepted: readings.length, rejected: letters.length }
      await journal.append([...readings, ...letters, done], { tally })
      state.replayed.add(entry.offset)
    } catch (error) {
      for (const { times, which, before, after } of changes.reverse()) if (times[which] === after) times[which] = before
      throw error
    }
    return { outcome: 'accepted', readings: readings.length }
  }

  return (offset) => {
    // One after the other, so that two at once cannot store the same twice.
    const result = turn.then(() => replay(offset))
    turn = result.catch(() => {})
    return result
  }
}

function firstFault(message: Message): Fault | undefined {
  return message.candidates.find((candidate) => candidate.fault !== undefined)?.fault
}

function readingDrafts(message: Message, receivedAt: number): Draft[] {
  return message.candidates.flatMap(({ entity, reading }) =>
    reading ? [{ kind: 'reading' as const, entity, payload: reading, source: message.speaker.id, receivedAt }] : []
  )
}

async function rawOfSibling(journal: Journal, { offset, payload }: Entry<'dead-letter'>): Promise<string | undefined> {
  const before = await journal.readBack({ kinds: ['dead-letter'], before: offset, limit: siblingsWithin })
  return before.find(
    (other) => other.payload.sha256 === payload.sha256 && other.payload.topic === payload.topic && other.payload.raw
  )?.payload.raw
}
