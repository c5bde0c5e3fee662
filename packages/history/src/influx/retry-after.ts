/** No answer makes the history wait longer than that: a clock far off, or a wrong number, would stop it for good. */
const longest = 10 * 60 * 1_000

/**
 * Milliseconds to wait by a `Retry-After` header (RFC 9110, 10.2.3: seconds, or a date), at most ten minutes; undefined
 * where it says nothing that can be followed.
 */
export function retryAfter(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined
  const seconds = Number(header)
  const wait = Number.isNaN(seconds) ? Date.parse(header) - now : seconds * 1_000
  return wait > 0 ? Math.min(wait, longest) : undefined
}
