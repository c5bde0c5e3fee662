import type { AttributeValue, HistoryRow } from '@city-brain/model'

/**
 * Fields beside the attributes: the whole offset (the timestamp holds only its last six digits), and the flags. Every
 * point has the first, so that points can be counted whatever attributes they have.
 */
export const offsetField = 'journalOffset'
export const flagsField = 'readingFlags'

/**
 * A row in InfluxDB's line protocol: measurement = type, tag = entity, number → float, boolean → boolean, text → string,
 * list → string of JSON. The time is `dateObserved` in ms × 10⁶ + (offset mod 10⁶) ns: a repeat overwrites itself, and two
 * readings of one millisecond stay two.
 */
export function toLine(row: HistoryRow): string {
  let fields = `${offsetField}=${row.offset}i`
  if (row.flags && row.flags.length > 0) fields += `,${flagsField}=${quote(row.flags.join(','))}`
  for (const name in row.values) {
    fields += `,${escapeKey(name)}=${toField(row.values[name] as AttributeValue)}`
  }
  return `${escapeMeasurement(row.type)},entity=${escapeKey(row.entity)} ${fields} ${toTimestamp(row)}`
}

function toField(value: AttributeValue): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return quote(typeof value === 'string' ? value : JSON.stringify(value))
}

function toTimestamp({ dateObserved, offset }: HistoryRow): string {
  const rest = offset % 1_000_000
  // The digits side by side are the sum, but for moments at or before 1970.
  if (dateObserved > 0) return `${dateObserved}${String(rest).padStart(6, '0')}`
  return String(nanoseconds(dateObserved) + BigInt(rest))
}

/** Milliseconds as InfluxDB's nanoseconds, within the range that it has (the years 1677 to 2262). */
export function nanoseconds(milliseconds: number): bigint {
  const exact = BigInt(milliseconds) * 1_000_000n
  return exact < leastTime ? leastTime : exact > greatestTime ? greatestTime : exact
}
const leastTime = -9_223_372_036_854_775_806n
const greatestTime = 9_223_372_036_854_775_806n

// In a string field only the quote and the backslash are escaped; a line break stands as it is.
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
const escapeKey = (text: string): string => text.replace(/[ ,=\\]/g, '\\$&')
const escapeMeasurement = (text: string): string => text.replace(/[ ,\\]/g, '\\$&')
