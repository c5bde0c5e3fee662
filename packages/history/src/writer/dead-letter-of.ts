import { createHash } from 'node:crypto'
import type { Draft, Entry } from '@city-brain/model'

/** The dead letter of a reading that the history store would never take. Its id makes a repeat of it drop. */
export function deadLetterOf(entry: Entry<'reading'>, reason: string): Draft<'dead-letter'> {
  const { type, dateObserved, values } = entry.payload
  const raw = Buffer.from(JSON.stringify({ type, id: entry.entity, dateObserved, ...values }))
  return {
    kind: 'dead-letter',
    entity: entry.entity,
    source: 'view:history',
    id: `history/1/${entry.entity}/${entry.offset}/0`,
    payload: {
      code: 'refused-by-history',
      message: reason,
      // The message it came in has long been taken apart; what is kept is the reading.
      topic: '',
      device: entry.source,
      size: raw.length,
      sha256: createHash('sha256').update(raw).digest('hex'),
      raw: raw.toString('base64'),
      stage: 'history',
      of: entry.offset
    }
  }
}
