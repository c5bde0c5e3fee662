import { join } from 'node:path'
import { journalPlace } from '@city-brain/journal'
import type { Clock } from '@city-brain/model'
import { fitOf, readHistoryPlaces } from './history-places.ts'
import { adoptHistories } from './journal-commands.ts'

/**
 * `history rebuild`: makes the histories fit the journal again. One that has applied an earlier epoch of it keeps all its rows
 * and goes on. One that does not fit stays as it is and exit code 1 says so; with `anew` it is moved away, and the next start
 * writes it from what the journal has. An InfluxDB's points have the same times then and overwrite themselves.
 */
export async function rebuildHistory({
  data,
  anew,
  clock,
  print
}: {
  data: string
  anew: boolean
  clock: Clock
  print: (line: string) => void
}): Promise<number> {
  const journal = journalPlace(join(data, 'journal'))
  const places = await readHistoryPlaces(data)
  if (places.length === 0) print('There is no history yet: the next start writes it from what the journal has.')
  if (anew) {
    for (const { who, checkpoint, fault, moveAway } of places) {
      if (fault === undefined && (checkpoint === undefined || fitOf(checkpoint, journal) !== 'stranger')) continue
      print(
        `${who} was moved to ${moveAway(clock.now())}; the next start writes it anew from ${journal.oldest} to ${journal.head}.`
      )
    }
  }
  const fits = await adoptHistories({ data, print })
  if (fits && places.length > 0) print('Every history fits the journal.')
  return fits ? 0 : 1
}
