import { join } from 'node:path'
import {
  checkJournal,
  finishSalvage,
  JournalError,
  journalPlace,
  type Salvage,
  salvageJournal
} from '@city-brain/journal'
import type { Clock } from '@city-brain/model'
import { ControlFault } from '../control/control-messages.ts'
import { cityRuns } from './city-runs.ts'
import { fitOf, readHistoryPlaces, storePlaces } from './history-places.ts'
import { tellCheck, tellSalvage } from './tell-journal.ts'

/** Views that deliver something to the outside: they never begin anew. */
export const outlets = ['command-delivery'] as const

type Told = { data: string; clock: Clock; print: (line: string) => void; progress: (line: string) => void }

/** `journal check`: 0 where the journal is whole, 1 where it is damaged, 2 where nothing of it can be read. */
export async function checkCommand({ data, print, progress }: Told): Promise<number> {
  // What the history of a running city has applied is in its journal as well: it need not be looked at.
  const places = await readHistoryPlaces(data, await cityRuns(data))
  for (const { who, fault } of places) {
    if (fault) print(`Note     ${who} was not looked at: ${fault.split('\n')[0]}`)
  }
  try {
    const check = checkJournal({
      folder: join(data, 'journal'),
      stores: storePlaces(places),
      progress: (offset, end) => progress(`Checked up to ${offset} of ${end}`)
    })
    for (const line of tellCheck(check)) print(line)
    return check.clean ? 0 : 1
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    print(error.message)
    print('Nothing of the journal can be read. To go on without it: city-brain journal salvage')
    return 2
  }
}

/** `journal salvage`. The histories go on with the new journal where they stand. */
export async function salvageCommand({ data, clock, print, progress }: Told): Promise<number> {
  const folder = join(data, 'journal')
  if (finishSalvage(folder)) print('A salvage that was interrupted is finished.')
  const places = await readHistoryPlaces(data)
  let salvage: Salvage | undefined
  try {
    salvage = salvageJournal({ folder, now: clock.now(), stores: storePlaces(places), outlets, progress })
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    throw new ControlFault(error.code === 'locked' ? 'A city runs on this data folder. Stop it first.' : error.message)
  }
  if (salvage === undefined) print('The journal is whole: there was nothing to salvage.')
  else for (const line of tellSalvage(salvage)) print(line)
  await adoptHistories({ data, print })
  return 0
}

/** Lets each history that has applied an earlier epoch of this journal go on under the new one; says what does not fit. */
export async function adoptHistories({
  data,
  print
}: {
  data: string
  print: (line: string) => void
}): Promise<boolean> {
  const journal = journalPlace(join(data, 'journal'))
  let all = true
  for (const { who, checkpoint, fault, adopt } of await readHistoryPlaces(data)) {
    if (fault !== undefined) {
      print(`${who} cannot be read: ${fault}`)
      all = false
    } else if (checkpoint !== undefined && journal.epoch !== undefined) {
      const { epoch, offset, stored } = checkpoint
      const fit = fitOf(checkpoint, journal)
      if (fit === 'adoptable') {
        await adopt(journal.epoch)
        print(
          `${who} goes on from ${offset}: its ${stored} readings stay, and what the journal has after it is written at the next start.`
        )
      } else if (fit === 'stranger') {
        print(`${who} has applied up to ${offset} of epoch ${epoch}, which this journal does not go on from.`)
        all = false
      }
    }
  }
  if (!all) print('To write such a history anew from what the journal has: city-brain history rebuild --anew')
  return all
}
