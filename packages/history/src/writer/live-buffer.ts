import type { Entry, Journal } from '@city-brain/model'

/**
 * The readings that the journal has committed since some offset, kept so that they need not be read from its file again.
 * It is bounded: when the writer falls behind it is emptied, and the writer reads pages from the journal until it has
 * caught up with `from`.
 */
export type LiveBuffer = {
  /** Nothing after this offset is missing. */
  readonly from: number
  /** How far the journal has told. */
  readonly to: number
  readonly length: number
  /** Takes out the oldest readings after `offset`, at most `limit`, and says up to which offset that is complete. */
  take(offset: number, limit: number): { readings: Entry<'reading'>[]; to: number }
  /** When the oldest was received, milliseconds since 1970. */
  oldest(): number | undefined
  stop(): void
}

export function createLiveBuffer(journal: Journal, limit: number, onReading: () => void): LiveBuffer {
  let readings: Entry<'reading'>[] = []
  let from = journal.head
  let to = journal.head
  const stop = journal.tail((entries) => {
    const last = entries[entries.length - 1]
    if (!last) return
    to = last.offset
    let some = false
    for (const entry of entries) {
      if (entry.kind !== 'reading') continue
      readings.push(entry)
      some = true
    }
    if (readings.length > limit) {
      readings = []
      from = to
    }
    if (some) onReading()
  })

  return {
    get from() {
      return from
    },
    get to() {
      return to
    },
    get length() {
      return readings.length
    },
    take(offset, count) {
      let begin = 0
      while (begin < readings.length && (readings[begin] as Entry).offset <= offset) begin++
      const taken = readings.slice(begin, begin + count)
      readings = readings.slice(begin + count)
      const last = taken[taken.length - 1]
      return { readings: taken, to: readings.length > 0 && last ? last.offset : to }
    },
    oldest: () => readings[0]?.receivedAt,
    stop
  }
}
