import type { ParkingPlace } from '@city-brain/model'

export type ParkingTrend = Pick<ParkingPlace, 'trend' | 'usuallyOff'>

/** Free spaces at a moment, milliseconds since 1970; in the order of time. */
export type FreeSpaces = { at: number; available: number }

const minute = 60_000
/** Who drives there arrives about so much later. */
const drive = 10 * minute
const trendSpan = 15 * minute

/**
 * How far the number is usually off on arrival: the median of how much it changed within ten minutes, looked at every ten
 * minutes over the last day. Undefined where less than twelve such changes are known.
 */
export function usuallyOffOf(series: readonly FreeSpaces[], now: number): number | undefined {
  const changes: number[] = []
  const valueAt = follow(series)
  let before: number | undefined
  for (let at = now - 24 * 60 * minute; at <= now; at += drive) {
    const value = valueAt(at)
    if (value !== undefined && before !== undefined) changes.push(Math.abs(value - before))
    before = value
  }
  if (changes.length < 12) return undefined
  changes.sort((a, b) => a - b)
  const middle = changes.length >> 1
  const low = changes[changes.length % 2 === 0 ? middle - 1 : middle] as number
  return Math.round((low + (changes[middle] as number)) / 2)
}

/** Whether it fills or empties over the last 15 minutes; below two spaces and one percent of its size it is steady. */
export function trendOf(
  series: readonly FreeSpaces[],
  now: number,
  capacity: number | undefined
): ParkingPlace['trend'] | undefined {
  const valueAt = follow(series)
  const before = valueAt(now - trendSpan)
  const after = valueAt(now)
  if (before === undefined || after === undefined) return undefined
  const change = after - before
  if (Math.abs(change) < Math.max(2, (capacity ?? 0) / 100)) return 'steady'
  return change < 0 ? 'filling' : 'emptying'
}

/** The value that held at a moment, asked for in rising order. A value holds at most an hour: after that it is not known. */
function follow(series: readonly FreeSpaces[]): (at: number) => number | undefined {
  let next = 0
  return (at) => {
    while (next < series.length && (series[next] as FreeSpaces).at <= at) next++
    const holding = series[next - 1]
    return holding && at - holding.at <= 60 * minute ? holding.available : undefined
  }
}
