/** What is known of one radio device's frame counter since it last began anew. */
export type RadioSession = {
  /** The highest counter that came, and its date (milliseconds since 1970; -Infinity where none was told). */
  counter: number
  date: number
  /** The first counter of the session: nobody knows what was sent before. */
  first: number
  /** Which of the last 32 counters came: bit n is `counter` - n. */
  seen: number
  /** Frames of the device that are missing, over all sessions. */
  lost: number
  /** How often the counter began anew. */
  starts: number
}

/**
 * - `new`: it has not come before.
 * - `repeat`: it has.
 * - `old`: too old, or of a session before: the counter does not tell, and the bytes decide.
 */
export type FrameVerdict = 'new' | 'repeat' | 'old'

const window = 32
/** LoRaWAN's MAX_FCNT_GAP: a network server before 1.0.4 lets no greater jump pass, so it is none of the same session. */
const maxGap = 16_384
/** Network servers' clocks, and the dates of one frame by two ways, differ by less. Milliseconds. */
const slack = 60_000

/**
 * Takes a frame into what is known of its device. Nothing is changed in place.
 *
 * A counter that goes on tells how many frames are missing; one that comes late fills its gap. A counter that goes back is
 * a device that joined again or was restarted where the frame is *later* than the newest: a repeat keeps the date at which
 * the frame was sent, so it is never later. The newest counter itself with a date more than a minute later is such a start
 * too (a device that restarts before every frame). A start makes no loss. Where a device counts with 16 bits, 65,535 is
 * followed by 0: from within 32 below that to within 32 above it the counter goes on.
 * @param date milliseconds since 1970, or NaN where it is not known
 */
export function judgeFrame(
  session: RadioSession | undefined,
  counter: number,
  date: number
): { verdict: FrameVerdict; session: RadioSession } {
  if (session === undefined) return { verdict: 'new', session: beginSession(counter, date, { lost: 0, starts: 0 }) }
  const ahead = aheadOf(session, counter)
  const isLater = date > session.date
  if (ahead > 0) {
    if (ahead <= maxGap && !(date < session.date - slack)) return goOn(session, counter, ahead, date)
    return isLater ? beginAnew(session, counter, date) : { verdict: 'old', session }
  }
  const behind = -ahead
  if (behind === 0 ? date > session.date + slack : isLater) return beginAnew(session, counter, date)
  if (behind >= window || Number.isNaN(date)) return { verdict: 'old', session }
  const bit = 2 ** behind
  if (hasBit(session.seen, bit)) return { verdict: 'repeat', session }
  const filled = session.counter - behind > session.first ? 1 : 0
  return { verdict: 'new', session: { ...session, seen: session.seen + bit, lost: Math.max(0, session.lost - filled) } }
}

/** Takes back a frame that could not be stored, after others of its device came: it is missing, until it comes again. */
export function missFrame(session: RadioSession, counter: number): RadioSession {
  const behind = -aheadOf(session, counter)
  if (behind < 0 || behind >= window) return session
  const bit = 2 ** behind
  if (!hasBit(session.seen, bit)) return session
  const missing = session.counter - behind > session.first ? 1 : 0
  return { ...session, seen: session.seen - bit, lost: session.lost + missing }
}

/** A session of which one frame is known. */
export function beginSession(
  counter: number,
  date: number,
  { lost, starts }: Pick<RadioSession, 'lost' | 'starts'>
): RadioSession {
  return { counter, date: orNever(date), first: counter, seen: 1, lost, starts }
}

function beginAnew({ lost, starts }: RadioSession, counter: number, date: number) {
  return { verdict: 'new' as const, session: beginSession(counter, date, { lost, starts: starts + 1 }) }
}

function goOn(session: RadioSession, counter: number, ahead: number, date: number) {
  const seen = ahead < window ? ((session.seen << ahead) | 1) >>> 0 : 1
  // Over the end of 16 bits the session's first counter lies below zero.
  const first = session.first - (session.counter + ahead - counter)
  const newest = Math.max(session.date, orNever(date))
  return {
    verdict: 'new' as const,
    session: { ...session, counter, date: newest, first, seen, lost: session.lost + ahead - 1 }
  }
}

const turn = 2 ** 16

/** How far a counter is ahead of the session's newest; negative: behind it. */
function aheadOf({ counter: newest, first }: RadioSession, counter: number): number {
  const nearEnd = (number: number) => number >= turn - window && number < turn
  if (nearEnd(newest) && counter < window) return counter + turn - newest
  // A late one from before the end.
  if (first < 0 && newest < window && nearEnd(counter)) return counter - turn - newest
  return counter - newest
}

function orNever(date: number): number {
  return Number.isNaN(date) ? Number.NEGATIVE_INFINITY : date
}

function hasBit(bits: number, bit: number): boolean {
  return Math.floor(bits / bit) % 2 === 1
}
