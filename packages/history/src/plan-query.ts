import type { AttributeKind, HistoryQuery } from '@city-brain/model'
import { BadHistoryQuery } from './errors.ts'
import { attributeKinds } from './row-check.ts'

const defaultLimit = 10_000
const greatestLimit = 100_000

/** A query with everything that it leaves open filled in, so that no store decides it for itself. */
export type QueryPlan = {
  entity: string
  type: HistoryQuery['type']
  attributes: { name: string; kind: AttributeKind }[]
  from: number
  to: number
  every?: number
  limit: number
}

/** @throws BadHistoryQuery where the question makes no sense */
export function planQuery(query: HistoryQuery): QueryPlan {
  const kinds = attributeKinds.get(query.type)
  if (!kinds) throw new BadHistoryQuery(`${query.type} is not a type of the vocabulary`)
  const { from, to, every, limit = defaultLimit } = query
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) {
    throw new BadHistoryQuery('from and to must be whole milliseconds since 1970')
  }
  if (to < from) throw new BadHistoryQuery('to lies before from')
  if (every !== undefined && (!Number.isSafeInteger(every) || every < 1)) {
    throw new BadHistoryQuery('every must be a whole number of milliseconds, at least 1')
  }
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > greatestLimit) {
    throw new BadHistoryQuery(`limit must be from 1 to ${greatestLimit}`)
  }
  const names = query.attributes ?? [...kinds.keys()]
  const attributes = [...new Set(names)].map((name) => {
    const kind = kinds.get(name)
    if (kind === undefined) throw new BadHistoryQuery(`${name} is not an attribute of ${query.type}`)
    return { name, kind }
  })
  return {
    entity: query.entity,
    type: query.type,
    attributes: every === undefined ? attributes : attributes.filter(({ kind }) => kind === 'number'),
    from,
    to,
    ...(every === undefined ? {} : { every }),
    limit
  }
}
