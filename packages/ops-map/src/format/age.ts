/** A span of time in the one unit that people read at a glance. */
export type Span = { unit: 'seconds' | 'minutes' | 'hours' | 'days'; count: number }

/** `count` is rounded down: a reading of 119 s is 1 minute old, never 2. Negative spans (a clock ahead) count as 0. */
export function spanOf(milliseconds: number): Span {
  const seconds = Math.max(0, milliseconds) / 1_000
  if (seconds < 60) return { unit: 'seconds', count: Math.floor(seconds) }
  if (seconds < 3_600) return { unit: 'minutes', count: Math.floor(seconds / 60) }
  if (seconds < 48 * 3_600) return { unit: 'hours', count: Math.floor(seconds / 3_600) }
  return { unit: 'days', count: Math.floor(seconds / 86_400) }
}

type SharedTexts = (
  key:
    | 'age.now'
    | 'age.seconds'
    | 'age.minutes'
    | 'age.hours'
    | 'age.days'
    | 'span.seconds'
    | 'span.minutes'
    | 'span.hours'
    | 'span.days',
  options: { count: number }
) => string

/** `40 s ago`, `3 min ago`; below two seconds `just now`. */
export function formatAge(shared: SharedTexts, milliseconds: number): string {
  const { unit, count } = spanOf(milliseconds)
  return unit === 'seconds' && count < 2 ? shared('age.now', { count }) : shared(`age.${unit}`, { count })
}

/** `40 s`, `3 min`, `2 days`. */
export function formatSpan(shared: SharedTexts, milliseconds: number): string {
  const { unit, count } = spanOf(milliseconds)
  return shared(`span.${unit}`, { count })
}

/** A short running time for lists: `0:42`, `12:05`, then `14 min` from a quarter of an hour on, `3 h`, `2 days`. */
export function formatElapsed(shared: SharedTexts, milliseconds: number): string {
  const seconds = Math.floor(Math.max(0, milliseconds) / 1_000)
  if (seconds >= 900) return formatSpan(shared, milliseconds)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
