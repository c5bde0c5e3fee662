import { type AttributeValue, parseInstant, type Reading, type ReadingFlag, type ReadingType } from '@city-brain/model'
import type { Context } from './context.ts'
import type { KnownAsset, TypePlan } from './rule-index.ts'

/** What is kept of an entity's newest readings, where a rule on their type asks for more than one reading. */
export type ReadingMemory = {
  /** dateObserved, milliseconds since 1970, of the newest reading and of the one before it. */
  observed: number
  previousObserved?: number
  /** Of the newest reading and of the one before it, where a rule asks for them. */
  values?: Reading['values']
  previous?: Reading['values']
  flags: readonly ReadingFlag[]
  /** The newest known value of each measured attribute, and since when (dateObserved) none of them has changed. */
  measured: Record<string, AttributeValue>
  changedAt: number
}

/** What a sensor measures, as opposed to what it is, where it stands and how its battery does. */
const measuredAttributes: Record<ReadingType, readonly string[]> = {
  TrafficFlowObserved: [
    'intensity',
    'occupancy',
    'averageVehicleSpeed',
    'averageVehicleLength',
    'averageGapDistance',
    'averageHeadwayTime',
    'congested'
  ],
  OffStreetParking: ['availableSpotNumber', 'occupiedSpotNumber', 'occupancy'],
  OnStreetParking: ['availableSpotNumber', 'occupiedSpotNumber'],
  ParkingSpot: ['status'],
  WasteContainer: ['fillingLevel', 'temperature', 'cargoWeight', 'methaneConcentration']
}

const noFlags: readonly ReadingFlag[] = []

/** Notes one more reading, in place: this runs for every reading of a type with such rules. */
export function remember(
  memory: ReadingMemory | undefined,
  reading: Reading,
  { remembersValues, remembersPrevious }: TypePlan
): ReadingMemory {
  const observed = Date.parse(reading.dateObserved)
  const flags = reading.flags ?? noFlags
  if (!memory) {
    const measured: ReadingMemory['measured'] = {}
    noteMeasured(measured, reading)
    const values = remembersValues ? { values: reading.values } : {}
    return { observed, ...values, flags, measured, changedAt: observed }
  }
  memory.previousObserved = memory.observed
  if (remembersPrevious) memory.previous = memory.values
  memory.observed = observed
  if (remembersValues) memory.values = reading.values
  memory.flags = flags
  const changed = noteMeasured(memory.measured, reading)
  if (changed || flags.includes('gap')) memory.changedAt = observed
  return memory
}

/** Whether any measured value is new. One that the reading leaves out is not. */
function noteMeasured(measured: ReadingMemory['measured'], reading: Reading): boolean {
  let changed = false
  for (const name of measuredAttributes[reading.type]) {
    const value = reading.values[name]
    if (value === undefined || value === measured[name]) continue
    measured[name] = value
    changed = true
  }
  return changed
}

/**
 * The values by which the rules on a reading's type judge it. `memory` is that after the reading, `quality` the standing
 * problems of the entity. Derived values that no rule names are not made.
 */
export function readingContext(
  reading: Reading,
  receivedAt: number,
  { uses }: TypePlan,
  asset: KnownAsset | undefined,
  memory: ReadingMemory | undefined,
  quality: readonly string[] | undefined
): Context {
  const before = memory?.previousObserved
  return {
    values: reading.values,
    derived: {
      age: uses.has('age') ? (receivedAt - Date.parse(reading.dateObserved)) / 1_000 : undefined,
      flow: uses.has('flow') ? flowOf(reading, asset) : undefined,
      capacity: uses.has('capacity') ? capacityOf(reading, asset) : undefined,
      unchangedFor: memory && (memory.observed - memory.changedAt) / 1_000,
      sincePrevious: memory && before !== undefined ? (memory.observed - before) / 1_000 : undefined,
      unreliable: memory && uses.has('unreliable') ? unreliableOf(memory, quality) : undefined
    },
    asset: asset?.values,
    previous: memory?.previous
  }
}

/** veh/h: what was counted, over the period that the reading gives, else over that of the detector. */
function flowOf({ values }: Reading, asset: KnownAsset | undefined): number | undefined {
  if (typeof values.intensity !== 'number') return undefined
  const { dateObservedFrom: from, dateObservedTo: to } = values
  let seconds = asset?.properties.kind === 'detector' ? asset.properties.period : undefined
  if (typeof from === 'string' && typeof to === 'string') {
    const [begin, end] = [parseInstant(from), parseInstant(to)]
    if (begin !== undefined && end !== undefined && end > begin) seconds = (end - begin) / 1_000
  }
  return seconds && (values.intensity * 3_600) / seconds
}

function capacityOf({ values }: Reading, asset: KnownAsset | undefined): unknown {
  return (
    values.totalSpotNumber ?? (asset?.properties.kind === 'parkingSite' ? asset.properties.totalSpotNumber : undefined)
  )
}

function unreliableOf({ flags }: ReadingMemory, quality: readonly string[] | undefined): string[] {
  return [...flags.filter((flag) => flag !== 'late'), ...(quality ?? [])]
}
