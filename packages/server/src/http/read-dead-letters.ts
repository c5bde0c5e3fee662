import { type DeadLettersAnswer, formatInstant, type Journal } from '@city-brain/model'

/** Of other codes, so many are looked through for one page. */
const scanLimit = 20_000
/** Read from the journal at once: each may have 64 kB, which is more in base64. */
const readAtOnce = 50
/** A page ends where it would be larger, counted in characters of what devices wrote. */
const pageSize = 4_000_000

/**
 * One page of dead letters, newest first; `next` is the `before` of the page that follows, where there may be one. With a
 * code, pages of all codes are looked through until enough are found.
 */
export async function readDeadLetters(
  journal: Pick<Journal, 'readBack'>,
  { before, limit: wanted = 50, code }: { before?: number; limit?: number; code?: string }
): Promise<DeadLettersAnswer> {
  const deadLetters: DeadLettersAnswer['deadLetters'] = []
  const upTo = (next: number | undefined) => (next === undefined ? { deadLetters } : { deadLetters, next })
  let next = before
  let scanned = 0
  let size = 0
  for (;;) {
    const page = await journal.readBack({
      kinds: ['dead-letter'],
      limit: readAtOnce,
      ...(next === undefined ? {} : { before: next })
    })
    for (const { offset, receivedAt, payload } of page) {
      if (code === undefined || payload.code === code) {
        size += (payload.raw?.length ?? 0) + payload.message.length + payload.topic.length
        if (size > pageSize && deadLetters.length > 0) return upTo(next)
        deadLetters.push({ ...payload, offset, receivedAt: formatInstant(receivedAt) })
      }
      next = offset
      scanned++
      if (deadLetters.length === wanted) return upTo(next)
    }
    if (page.length < readAtOnce) return { deadLetters }
    if (scanned >= scanLimit) return upTo(next)
  }
}
