import type { Clock } from '@city-brain/model'
import type { Log } from './log.ts'

/** Lines with the same message that are written in one span; those above are counted. */
export const linesPerSpan = 20
const span = 60_000

/**
 * For what strangers can cause as often as they like: each message is written a few times a minute, and what was left out
 * is told with the first line of a later minute.
 */
export function createBoundedLog(log: Log, clock: Clock): Log {
  const spans = new Map<string, { since: number; lines: number; leftOut: number }>()
  return (level, message, detail) => {
    const now = clock.monotonic()
    let current = spans.get(message)
    if (current === undefined || now - current.since >= span) {
      const leftOut = current?.leftOut ?? 0
      current = { since: now, lines: 0, leftOut: 0 }
      spans.set(message, current)
      if (leftOut > 0) log(level, message, { linesLeftOut: leftOut })
    }
    current.lines++
    if (current.lines <= linesPerSpan) log(level, message, detail)
    else current.leftOut++
  }
}
