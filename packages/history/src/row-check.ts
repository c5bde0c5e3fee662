import {
  type AttributeKind,
  type AttributeValue,
  attributesOf,
  type HistoryRow,
  type ReadingType,
  readingTypes
} from '@city-brain/model'

/** The attributes of each type by name: the columns and fields of the stores. */
export const attributeKinds: ReadonlyMap<ReadingType, ReadonlyMap<string, AttributeKind>> = new Map(
  readingTypes.map((type) => [type, new Map(attributesOf(type).map(({ name, kind }) => [name, kind]))])
)

/**
 * Why no store would ever take the row, or undefined where one would: the same answer whichever store is used.
 * `oldest` is the begin of what is kept, milliseconds since 1970.
 */
export function refusalOf(row: HistoryRow, oldest: number): string | undefined {
  const kinds = attributeKinds.get(row.type)
  if (!kinds) return `${row.type} is not a type of the vocabulary`
  if (!Number.isSafeInteger(row.dateObserved)) return 'it has no date'
  if (row.dateObserved < oldest) {
    return `dated ${new Date(row.dateObserved).toISOString()}, older than the history keeps (from ${new Date(oldest).toISOString()})`
  }
  // Twenty thousand times a second: no list is made of them.
  for (const name in row.values) {
    const kind = kinds.get(name)
    if (kind === undefined) return `${name} is not an attribute of ${row.type}`
    if (!isOfKind(row.values[name] as AttributeValue, kind)) return `${name} is of another kind than ${kind}`
  }
  return undefined
}

function isOfKind(value: AttributeValue, kind: AttributeKind): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string'
    case 'list':
      return Array.isArray(value)
  }
}
