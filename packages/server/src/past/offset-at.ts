import type { Journal } from '@city-brain/model'

/**
 * The offset of the newest entry that the journal had received at a moment (milliseconds since 1970); 0 before the first.
 * Offsets order entries and times do not, so after a step of the wall clock this is one of the places that fit.
 */
export async function offsetAt(journal: Journal, time: number): Promise<number> {
  let low = 0
  let high = journal.head
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [entry] = await journal.read(middle, 1)
    if (!entry || entry.receivedAt > time) high = middle
    else low = entry.offset
  }
  return low
}
