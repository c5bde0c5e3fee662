import { formatInstant, type ReadingType } from '@city-brain/model'
import { absent, type Expression, type FeedVariables, summaryOf } from './compile-expression.ts'
import type { CompiledFeed, Mapped, MappedRecord } from './compiled-feed.ts'

type FeedExpressions = {
  type: ReadingType
  each: Expression | undefined
  when: Expression | undefined
  entity: Expression
  dateObserved: Expression
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

/** Runs a feed's expressions over a message. What fails is said per record; nothing is thrown. */
export function createFeedMapper(feed: FeedExpressions): CompiledFeed['map'] {
  return (payload, topic, receivedAt) => {
    try {
      if (feed.each === undefined) {
        const variables = { payload, topic, receivedAt }
        if (!wanted(feed, variables)) return { kind: 'ignored' }
        return { kind: 'one', record: mapRecord(feed, variables) }
      }
      const list = evaluate('/each', feed.each, { payload, topic, receivedAt })
      if (list === absent) return { kind: 'fault', path: '/each', message: 'the payload has no such list' }
      if (!Array.isArray(list)) return { kind: 'fault', path: '/each', message: 'does not yield a list' }
      return mapList(feed, list, topic, receivedAt)
    } catch (error) {
      if (error instanceof ExpressionFault) return { kind: 'fault', path: error.path, message: error.message }
      throw error
    }
  }
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
