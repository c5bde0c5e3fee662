import { parseInstant } from '@city-brain/model'

/** The day that was read last, and its begin: the readings of a while share it. */
let lastDay = ''
let lastDayBegin = Number.NaN

/**
 * Milliseconds since 1970, NaN where the text is no RFC 3339 date-time: what `parseInstant` says, without its cost for the
 * form in which most devices write, `2026-05-04T08:15:01.000Z` or without the fraction.
 */
export function readInstant(text: string): number {
  if (!isUsual(text)) return parseInstant(text) ?? Number.NaN
  const day = text.slice(0, 10)
  if (day !== lastDay) {
    const begin = parseInstant(`${day}T00:00:00Z`)
    if (begin === undefined) return Number.NaN
    lastDay = day
    lastDayBegin = begin
  }
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const fraction = text.length === 24 ? twoDigits(text, 20) * 10 + text.charCodeAt(22) - 48 : 0
  // 24:00:00 and the like: rare enough for the slow way, which decides.
  if (hour > 23 || minute > 59 || second > 59) return parseInstant(text) ?? Number.NaN
  return lastDayBegin + hour * 3_600_000 + minute * 60_000 + second * 1_000 + fraction
}

/** Whether it is how the journal writes it already. */
export function isCanonicalInstant(text: string): boolean {
  return text.length === 24 && isUsual(text)
}

/** `dddd-dd-ddTdd:dd:ddZ` or `dddd-dd-ddTdd:dd:dd.dddZ`. */
function isUsual(text: string): boolean {
  const { length } = text
  if (length !== 20 && length !== 24) return false
  const shape = length === 20 ? 'dddd-dd-ddTdd:dd:ddZ' : 'dddd-dd-ddTdd:dd:dd.dddZ'
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    const wanted = shape.charCodeAt(i)
    // 100 is `d`.
    if (wanted === 100 ? code < 48 || code > 57 : code !== wanted) return false
  }
  return true
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48
}
