import { formatInstant, parseInstant, type ReadingType } from '@city-brain/model'
import { absent, type Expression, type FeedVariables, summaryOf } from './compile-expression.ts'
import type { CompiledFeed, Mapped, MappedFrame, MappedRecord } from './compiled-feed.ts'

type FeedExpressions = {
  type: ReadingType
  each: Expression | undefined
  when: Expression | undefined
  entity: Expression
  dateObserved: Expression
  frame: { device: Expression; counter: Expression } | undefined
  attributes: readonly { name: string; value: Expression }[]
}

/** The fault of one expression, with the place of the expression in the feed's file. */
class ExpressionFault extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(message)
    this.path = path
  }
}

/** Frame counters of LoRaWAN have 16 or 32 bits. */
const maxCounter = 2 ** 32 - 1
const maxDeviceLength = 128

/** Runs a feed's expressions over a message. What fails is said per record; nothing is thrown. */
export function createFeedMapper(feed: FeedExpressions): CompiledFeed['map'] {
  return (payload, topic, receivedAt) => {
    const variables = { payload, topic, receivedAt }
    // Before `when`: a frame without a measurement came all the same, and leaves no gap in the counter.
    const frame = feed.frame && orFault(() => mapFrame(feed, variables))
    if (frame && 'kind' in frame) return frame
    const mapped: Mapped = orFault(() => mapPayload(feed, variables))
    if (frame) mapped.frame = frame
    return mapped
  }
}

function orFault<T>(map: () => T): T | { kind: 'fault'; path: string; message: string } {
  try {
    return map()
  } catch (error) {
    if (error instanceof ExpressionFault) return { kind: 'fault', path: error.path, message: error.message }
    throw error
  }
}

function mapPayload(feed: FeedExpressions, variables: FeedVariables): Mapped {
  if (feed.each === undefined) {
    if (!wanted(feed, variables)) return { kind: 'ignored' }
    return { kind: 'one', record: mapRecord(feed, variables) }
  }
  const list = evaluate('/each', feed.each, variables)
  if (list === absent) return { kind: 'fault', path: '/each', message: 'the payload has no such list' }
  if (!Array.isArray(list)) return { kind: 'fault', path: '/each', message: 'does not yield a list' }
  return mapList(feed, list, variables.topic, variables.receivedAt)
}

/** Undefined where the payload lacks a field of it: that message bears no counter, as a status of the network server. */
function mapFrame({ frame, dateObserved }: FeedExpressions, variables: FeedVariables): MappedFrame | undefined {
  if (frame === undefined) return undefined
  const device = evaluate('/frame/device', frame.device, variables)
  const counter = evaluate('/frame/counter', frame.counter, variables)
  if (device === absent || counter === absent) return undefined
  if (typeof device !== 'string' || device === '' || device.length > maxDeviceLength) {
    throw new ExpressionFault('/frame/device', `does not yield text of 1 to ${maxDeviceLength} characters`)
  }
  const number = typeof counter === 'bigint' ? Number(counter) : counter
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0 || number > maxCounter) {
    throw new ExpressionFault('/frame/counter', `does not yield a whole number from 0 to ${maxCounter}`)
  }
  const date = orFault(() => evaluateText('/dateObserved', dateObserved, variables))
  return { device, counter: number, date: typeof date === 'string' ? (parseInstant(date) ?? Number.NaN) : Number.NaN }
}

function mapList(feed: FeedExpressions, list: unknown[], topic: readonly string[], receivedAt: string): Mapped {
  const records: { index: number; record: MappedRecord }[] = []
  for (const [index, payload] of list.entries()) {
    const record = mapRecord(feed, { payload, topic, receivedAt }, true)
    if (record) records.push({ index, record })
  }
  return records.length === 0 ? { kind: 'ignored' } : { kind: 'several', records }
}

function mapRecord(feed: FeedExpressions, variables: FeedVariables): MappedRecord
function mapRecord(feed: FeedExpressions, variables: FeedVariables, check: true): MappedRecord | undefined
function mapRecord(feed: FeedExpressions, variables: FeedVariables, check = false): MappedRecord | undefined {
  try {
    if (check && !wanted(feed, variables)) return undefined
    const record: Record<string, unknown> = {
      type: feed.type,
      id: evaluateText('/entity', feed.entity, variables),
      dateObserved: evaluateText('/dateObserved', feed.dateObserved, variables)
    }
    for (const { name, value } of feed.attributes) {
      const result = evaluate(`/attributes/${name}`, value, variables)
      if (result !== absent) record[name] = toAttribute(`/attributes/${name}`, result)
    }
    return { record }
  } catch (error) {
    if (error instanceof ExpressionFault) return { fault: { path: error.path, message: error.message } }
    throw error
  }
}

/** A `when` over a field that is absent is false: the message is not one of those that are meant. */
function wanted(feed: FeedExpressions, variables: FeedVariables): boolean {
  if (feed.when === undefined) return true
  const result = evaluate('/when', feed.when, variables)
  if (result === absent) return false
  if (typeof result !== 'boolean') throw new ExpressionFault('/when', 'does not yield true or false')
  return result
}

function evaluate(path: string, expression: Expression, variables: FeedVariables): unknown {
  try {
    return expression(variables)
  } catch (error) {
    throw new ExpressionFault(path, summaryOf(error))
  }
}

function evaluateText(path: string, expression: Expression, variables: FeedVariables): string {
  const result = evaluate(path, expression, variables)
  if (typeof result === 'string') return result
  if (result instanceof Date && !Number.isNaN(result.getTime())) return formatInstant(result.getTime())
  throw new ExpressionFault(path, result === absent ? 'the payload has no such field' : 'does not yield text')
}

/** CEL's integers are BigInts and its times are Dates; the schema then decides whether the value fits the attribute. */
function toAttribute(path: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new ExpressionFault(path, `yields ${value}`)
  if (value instanceof Date && !Number.isNaN(value.getTime())) return formatInstant(value.getTime())
  if (Array.isArray(value)) return value.map((item) => toAttribute(path, item))
  if (value === null || typeof value !== 'object') return value
  throw new ExpressionFault(path, 'does not yield a number, text, true or false, or a list')
}
