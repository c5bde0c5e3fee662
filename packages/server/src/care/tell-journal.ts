import { countKinds, type JournalCheck, type LostRange, type Salvage } from '@city-brain/journal'
import { formatInstant } from '@city-brain/model'

/** What people read of a check, a line each. */
export function tellCheck(check: JournalCheck): string[] {
  const { first, last, kinds } = check
  const entries = Object.values(kinds).reduce((sum, count) => sum + count, 0)
  return [
    `Epoch    ${check.epoch ?? 'unknown'}`,
    `Format   ${check.format}`,
    first && last
      ? `Offsets  ${first.offset} (${formatInstant(first.at)}) to ${last.offset} (${formatInstant(last.at)})`
      : 'Offsets  none',
    `Entries  ${entries}: ${tellKinds(kinds)}`,
    ...check.views.map(
      ({ name, checkpoint, snapshot }) =>
        `View     ${name} has applied up to ${checkpoint}${snapshot ? `, snapshot at ${snapshot.offset}` : ''}`
    ),
    ...check.gone.map(
      ({ from, to, salvagedAt }) => `Gone     ${from} to ${to}, since the salvage of ${formatInstant(salvagedAt)}`
    ),
    ...check.lost.map((range) => `DAMAGED  ${tellLost(range)}`),
    ...check.faults.map((fault) => `DAMAGED  ${fault}`),
    check.clean
      ? 'The journal is whole.'
      : 'The journal is damaged. To go on with what is left: city-brain journal salvage'
  ]
}

/** What people read of a salvage, a line each. */
export function tellSalvage({
  lost,
  entries,
  kinds,
  last,
  earlier,
  epoch,
  tally,
  lostReadings,
  damaged,
  faults
}: Salvage): string[] {
  const received = tally.accepted + tally.rejected + tally.duplicate
  return [
    `Brought over  ${entries} entries${last ? ` up to ${last.offset} (${formatInstant(last.at)})` : ''}: ${tellKinds(kinds)}`,
    ...lost.map((range) => `GONE          ${tellLost(range)}`),
    ...faults.map((fault) => `GONE          ${fault}`),
    `The end       ${earlier.through} was committed for certain; what was committed after it, in the second before the end, is gone too`,
    `Readings      ${lostReadings} are gone that no history had yet; received ${received} = accepted ${tally.accepted} + rejected ${tally.rejected} + duplicate ${tally.duplicate}`,
    `Epoch         ${epoch} (before: ${earlier.epoch ?? 'unknown'})`,
    `The damaged journal is kept as it was in ${damaged}`
  ]
}

function tellLost({ from, to, why, after, before, kinds }: LostRange): string {
  const between = [
    ...(after === undefined ? [] : [`after ${formatInstant(after)}`]),
    ...(before === undefined ? [] : [`before ${formatInstant(before)}`])
  ].join(' and ')
  const reasons: Record<LostRange['why'], string> = {
    damaged: 'not what was written',
    unreadable: 'on pages that cannot be read',
    missing: 'missing',
    end: 'missing at the end'
  }
  const what = kinds.length > 0 ? ` (${tellKinds(countKinds(kinds))})` : ''
  return `${from} to ${to}, ${to - from + 1} at most${what}: ${reasons[why]}${between ? `; received ${between}` : ''}`
}

function tellKinds(kinds: Readonly<Record<string, number | undefined>>): string {
  const told = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`)
  return told.length > 0 ? told.join(', ') : 'none'
}
