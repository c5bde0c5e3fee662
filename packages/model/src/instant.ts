/**
 * Points in time. On the wire and in files an instant is an RFC 3339 string in UTC;
 * in memory it is a number of milliseconds since 1970. A local offset is accepted from devices and
 * normalised to UTC (CAP's `sent` is the one place that writes an offset, and it is not a reading).
 */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** The day that was read last, and its begin: the readings of a while share it. */
let lastDay = ''
let lastDayBegin = Number.NaN

/**
 * Milliseconds since 1970, or undefined where the text is no RFC 3339 date-time. Fractions below a millisecond are cut.
 * Every reading's date is read by several views, so that the form in which most devices write,
 * `2026-05-04T08:15:01.000Z` or without the fraction, has a way of its own, ten times as fast.
 */
export function parseInstant(text: string): number | undefined {
  if (!isUsual(text)) return parseAnyInstant(text)
  const day = text.slice(0, 10)
  if (day !== lastDay) {
    const begin = parseAnyInstant(`${day}T00:00:00Z`)
    if (begin === undefined) return undefined
    lastDay = day
    lastDayBegin = begin
  }
  const hour = twoDigits(text, 11)
  const minute = twoDigits(text, 14)
  const second = twoDigits(text, 17)
  const fraction = text.length === 24 ? twoDigits(text, 20) * 10 + text.charCodeAt(22) - 48 : 0
  // 24:00:00 and the like: rare enough for the slow way, which decides.
  if (hour > 23 || minute > 59 || second > 59) return parseAnyInstant(text)
  return lastDayBegin + hour * 3_600_000 + minute * 60_000 + second * 1_000 + fraction
}

/** What `parseInstant` says, of any form. */
export function parseAnyInstant(text: string): number | undefined {
  if (text.length > 40 || !rfc3339.test(text)) return undefined
  const milliseconds = Date.parse(text)
  if (!Number.isFinite(milliseconds)) return undefined
  // Date.parse rolls 31 June over to 1 July; a device that says so is wrong, not early.
  const day = Number(text.slice(8, 10))
  return day <= daysInMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7))) ? milliseconds : undefined
}

/** Whether it is how `formatInstant` writes it already. */
export function isCanonicalInstant(text: string): boolean {
  return text.length === 24 && isUsual(text)
}

/** What was written last: of what is received in one go, all has the same instant. */
let lastFormatted = Number.NaN
let lastText = ''

/** `2026-05-04T00:00:01.000Z` for a number of milliseconds since 1970. */
export function formatInstant(milliseconds: number): string {
  if (milliseconds !== lastFormatted) {
    lastText = new Date(milliseconds).toISOString()
    lastFormatted = milliseconds
  }
  return lastText
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

function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds of a duration as people write it in a city's files: `90s`, `10m`, `24h`; undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  return match ? Number(match[1]) * (units[match[2] as string] as number) : undefined
}
