/**
 * Points in time. On the wire and in files an instant is an RFC 3339 string in UTC;
 * in memory it is a number of milliseconds since 1970. A local offset is accepted from devices and
 * normalised to UTC (CAP's `sent` is the one place that writes an offset, and it is not a reading).
 */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** Milliseconds since 1970, or undefined where the text is no RFC 3339 date-time. Fractions below a millisecond are cut. */
export function parseInstant(text: string): number | undefined {
  if (text.length > 40 || !rfc3339.test(text)) return undefined
  const milliseconds = Date.parse(text)
  if (!Number.isFinite(milliseconds)) return undefined
  // Date.parse rolls 31 June over to 1 July; a device that says so is wrong, not early.
  const day = Number(text.slice(8, 10))
  return day <= daysInMonth(Number(text.slice(0, 4)), Number(text.slice(5, 7))) ? milliseconds : undefined
}

/** `2026-05-04T00:00:01.000Z` for a number of milliseconds since 1970. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
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
