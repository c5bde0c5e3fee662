import { isUtf8 } from 'node:buffer'
import { formatInstant } from '@city-brain/model'
import type { MappedRecord } from '../feeds/compiled-feed.ts'
import { type Candidate, createCandidate, type Fault, type Message, type Step } from './message.ts'
import { type ParsedPayload, parsePayload } from './parse-payload.ts'

export type DecodeLimits = {
  /** Bytes of a payload. */
  maxPayloadBytes: number
  /** Readings in one payload. */
  maxReadings: number
}

/**
 * Bytes → JSON → records in the vocabulary's form, by the feed of the topic where there is one. What cannot be decoded
 * counts as one; a payload of several readings is judged reading by reading from here on.
 */
export function createDecode({ maxPayloadBytes, maxReadings }: DecodeLimits): Step {
  return function decode(message) {
    const { route, payload } = message
    // Nobody may publish there: whatever it says, it says it in the wrong place.
    if (route.channel === undefined) return
    if (payload.length > maxPayloadBytes) {
      message.fault = {
        code: 'payload-too-large',
        message: `must be at most ${maxPayloadBytes} bytes, but has ${payload.length}`
      }
      return
    }
    const parsed: ParsedPayload = isUtf8(payload)
      ? parsePayload(payload.toString('utf8'))
      : { fault: { code: 'not-utf8', message: 'must be UTF-8' } }
    if (parsed.fault) {
      message.fault = parsed.fault
      return
    }
    message.value = parsed.value
    if (route.channel !== 'telemetry') return
    if (route.feed) mapByFeed(message, maxReadings)
    else readVocabulary(message, maxReadings)
  }
}

function readVocabulary(message: Message, maxReadings: number): void {
  const { value } = message
  if (!Array.isArray(value)) {
    message.candidates.push(toCandidate(message, value, undefined))
    return
  }
  if (value.length > maxReadings) message.fault = tooMany(value.length, maxReadings)
  else if (value.length === 0) message.fault = { code: 'schema', path: '', message: 'must have at least one reading' }
  else for (let i = 0; i < value.length; i++) message.candidates.push(toCandidate(message, value[i], i))
}

function toCandidate(message: Message, value: unknown, index: number | undefined): Candidate {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const candidate = createCandidate({}, index)
    candidate.fault = { code: 'schema', path: index === undefined ? '' : `/${index}`, message: 'must be object' }
    return candidate
  }
  const candidate = createCandidate(value as Record<string, unknown>, index)
  // A gateway's payload without a type is none of ours: most likely the file in feeds/ is missing.
  if (message.speaker.kind === 'gateway' && typeof candidate.record.type !== 'string') {
    candidate.fault = {
      code: 'no-feed',
      path: 'topic',
      message: 'no feed maps this topic, and the payload names no type of the vocabulary'
    }
  }
  return candidate
}

function mapByFeed(message: Message, maxReadings: number): void {
  const { feed, topic } = message.route
  if (feed === undefined) return
  const mapped = feed.map(message.value, topic.split('/'), formatInstant(message.receivedAt))
  message.frame = mapped.frame
  if (mapped.kind === 'ignored') message.ignored = true
  else if (mapped.kind === 'fault') message.fault = feedFault(feed.name, mapped)
  else if (mapped.kind === 'one') message.candidates.push(fromRecord(feed.name, mapped.record, undefined))
  else if (mapped.records.length > maxReadings) message.fault = tooMany(mapped.records.length, maxReadings)
  else for (const { index, record } of mapped.records) message.candidates.push(fromRecord(feed.name, record, index))
}

function fromRecord(feed: string, { record, fault }: MappedRecord, index: number | undefined): Candidate {
  const candidate = createCandidate(record ?? {}, index)
  if (fault) candidate.fault = feedFault(feed, fault)
  return candidate
}

function feedFault(feed: string, { path, message }: { path: string; message: string }): Fault {
  return { code: 'feed-failed', path, message: `feed ${feed}: ${message}` }
}

function tooMany(count: number, maxReadings: number): Fault {
  return { code: 'too-many-readings', message: `must have at most ${maxReadings} readings, but has ${count}` }
}
