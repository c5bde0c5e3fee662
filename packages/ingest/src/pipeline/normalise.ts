import {
  type AttributeValue,
  type Clock,
  formatInstant,
  isCanonicalInstant,
  parseInstant,
  type Reading,
  type ReadingFlag,
  type ReadingType
} from '@city-brain/model'
import type { EntityTimes, IngestState } from '../state/ingest-state.ts'
import { placeOf } from './authorise.ts'
import { calibrate } from './calibrate.ts'
import { dateAttributes } from './date-attributes.ts'
import type { Candidate, Message, Step } from './message.ts'

/** Clocks differ; a reading dated further ahead would make every true reading after it late. Milliseconds. */
export const maxClockAhead = 120_000
/** An entity silent for longer has a gap. Milliseconds. */
export const gapAfter = 86_400_000

/** An entity's times before a message changed them, so that they can be put back where it could not be stored. */
export type TimesChange = { times: EntityTimes; which: 'live' | 'backfill'; before: number; after: number }

/**
 * The reading as the journal keeps it: dates in UTC with milliseconds, routing attributes gone, and what is odd flagged,
 * never mended:
 * - dated more than 120 s ahead of our clock → dead letter `clock-ahead` (a timekeeper's clock is the city's own);
 * - older than the entity's newest → `late`; the same time is not late, two readings of one millisecond are two readings;
 * - more than 24 h after the entity's reading before it → `gap`;
 * - more free or occupied spaces than the reading or the site has in all → `above-capacity`;
 * - a measured distance beyond the container's calibration → `beyond-calibration`, and no filling level from it. Within it
 *   the filling level is computed, where the sensor did not send one; the distance stays as it came.
 * A backfill source is compared with what was backfilled before, and is never late.
 */
export function createNormalise({
  state,
  clock,
  onTimes
}: {
  state: IngestState
  clock: Clock
  onTimes: (change: TimesChange) => void
}): Step {
  return function normalise(message) {
    if (message.duplicate || message.fault !== undefined || message.ignored) return
    for (const candidate of message.candidates) {
      if (candidate.fault === undefined) normaliseReading(state, clock, onTimes, message, candidate)
    }
  }
}

function normaliseReading(
  state: IngestState,
  clock: Clock,
  onTimes: (change: TimesChange) => void,
  message: Message,
  candidate: Candidate
): void {
  const { record, type, dateObserved, asset, entity } = candidate
  if (type === undefined) return
  const { source } = message.speaker
  if (source !== 'timekeeper' && dateObserved > clock.now() + maxClockAhead) {
    candidate.fault = {
      code: 'clock-ahead',
      path: placeOf(message, candidate, 'dateObserved'),
      message: `must be at most ${maxClockAhead / 1000} s ahead of the city's clock, ${formatInstant(clock.now())}`
    }
    return
  }
  const times = state.times(entity)
  let flags: ReadingFlag[] | undefined
  const which = source === 'backfill' ? 'backfill' : 'live'
  if (which === 'live' && dateObserved < times.live) flags = ['late']
  const before = which === 'live' ? Math.max(times.live, times.backfill) : times.backfill
  if (dateObserved - before > gapAfter && before !== Number.NEGATIVE_INFINITY) flags = [...(flags ?? []), 'gap']
  const total = asset?.properties.kind === 'parkingSite' ? asset.properties.totalSpotNumber : undefined
  if (isAboveCapacity(record, total)) flags = [...(flags ?? []), 'above-capacity']
  if (dateObserved > times[which]) {
    onTimes({ times, which, before: times[which], after: dateObserved })
    times[which] = dateObserved
  }
  const values = valuesOf(record, type)
  const { distance } = values
  if (
    typeof distance === 'number' &&
    values.fillingLevel === undefined &&
    asset?.properties.kind === 'container' &&
    asset.properties.sensor !== undefined
  ) {
    const level = calibrate(distance, asset.properties.sensor)
    if (level === undefined) flags = [...(flags ?? []), 'beyond-calibration']
    else values.fillingLevel = level
  }
  const reading: Reading = {
    type,
    dateObserved: inUtc(record.dateObserved, dateObserved),
    values
  }
  if (flags !== undefined) reading.flags = flags
  if (source === 'backfill') reading.backfill = true
  candidate.reading = reading
}

function isAboveCapacity(record: Record<string, unknown>, total: number | undefined): boolean {
  const { availableSpotNumber: available, occupiedSpotNumber: occupied, totalSpotNumber: ownTotal } = record
  if (available === undefined && occupied === undefined) return false
  const most = Math.max((available as number | undefined) ?? 0, (occupied as number | undefined) ?? 0)
  return (total !== undefined && most > total) || (ownTotal !== undefined && most > (ownTotal as number))
}

/** As the journal writes it, without the work where the device wrote it so. The step before has read it. */
function inUtc(text: unknown, instant: number | undefined): string {
  const written = text as string
  return isCanonicalInstant(written) ? written : formatInstant(instant ?? parseInstant(written) ?? Number.NaN)
}

/** All that the sensor sent, by name; the schema has let only known attributes pass. */
function valuesOf(record: Record<string, unknown>, type: ReadingType): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {}
  for (const name in record) {
    if (name === 'id' || name === 'type' || name === 'dateObserved' || name === 'observationDateTime') continue
    values[name] = record[name] as AttributeValue
  }
  for (const name of dateAttributes[type]) {
    const text = values[name]
    if (text !== undefined) values[name] = inUtc(text, undefined)
  }
  return values
}
