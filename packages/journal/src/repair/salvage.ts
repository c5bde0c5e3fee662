import type { EntryKind, Tally } from '@city-brain/model'
import type { LostRange } from './scan-entries.ts'

/** What came of a salvage. */
export type Salvage = {
  /** Where the journal lies that was replaced, untouched. */
  damaged: string
  epoch: string
  /** Checkpoints of this epoch up to `through` fit the new journal. */
  earlier: { epoch: string | undefined; through: number }
  /** What could not be brought over. The last of them ends at `through`, whatever was committed after it is gone too. */
  lost: LostRange[]
  /** Entries that were brought over, by kind, and the newest of them. */
  kinds: Partial<Record<EntryKind, number>>
  entries: number
  last: { offset: number; at: number } | undefined
  /** The totals as they go on, and readings taken out of them that no store had yet and nobody will see again. */
  tally: Tally
  lostReadings: number
  faults: string[]
}
