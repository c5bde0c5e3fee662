import { parseInstant } from '@city-brain/model'

const day = 24 * 60 * 60 * 1_000
const zero = 48

/**
 * Milliseconds since 1970 of a reading's `dateObserved`, undefined where it is none. It stands in the journal as
 * `2026-05-04T00:00:01.000Z`, and readings that follow each other are mostly of one day: then only the time of day is
 * read, which costs a tenth.
 */
export function createMomentOf(): (text: string) => number | undefined {
  let known = '\0'
  let start = 0
  return (text) => {
    if (text.length === 24 && text.startsWith(known)) {
      const time = timeOfDay(text)
      if (time !== undefined) return start + time
    }
    const moment = parseInstant(text)
    if (moment !== undefined && timeOfDay(text) !== undefined) {
      known = text.slice(0, 11)
      start = Math.floor(moment / day) * day
    }
    return moment
  }
}

/** Milliseconds since midnight of a text in exactly that form; undefined for any other. */
function timeOfDay(text: string): number | undefined {
  if (text.length !== 24 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined
  if (text[19] !== '.' || text[23] !== 'Z') return undefined
  const hours = digits(text, 11, 2)
  const minutes = digits(text, 14, 2)
  const seconds = digits(text, 17, 2)
  const milliseconds = digits(text, 20, 3)
  if (!(hours < 24 && minutes < 60 && seconds < 60 && milliseconds < 1_000)) return undefined
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds
}

/** NaN where one is not a digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - zero
    if (digit < 0 || digit > 9) return Number.NaN
    value = value * 10 + digit
  }
  return value
}
