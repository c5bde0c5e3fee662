import { type AttributeValue, parseInstant, type Reading, type ReadingFlag, type ReadingType } from '@city-brain/model'
import type { Context } from './expression.ts'
import { assetValues, type KnownAsset, type TypePlan } from './rule-index.ts'
import { PreviousValues } from './subject-environment.ts'

/** What is kept of an entity's newest reading, where a rule on its type asks for more than the reading itself. */
export type ReadingMemory = {
  offset: number
  /** dateObserved, milliseconds since 1970. */
  observed: number
  values: PreviousValues
  flags: ReadingFlag[]
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

type Received = { reading: Reading; receivedAt: number; offset: number }

/** The memory after one more reading. */
export function remember({ reading, receivedAt, offset }: Received, before: ReadingMemory | undefined): ReadingMemory {
  const observed = parseInstant(reading.dateObserved) ?? receivedAt
  const flags = reading.flags ?? []
  const measured = { ...before?.measured }
  let changed = before === undefined || flags.includes('gap')
  for (const name of measuredAttributes[reading.type]) {
    const value = reading.values[name]
    if (value === undefined || value === measured[name]) continue
    measured[name] = value
    changed = true
  }
  return {
    offset,
    observed,
    values: new PreviousValues(reading.values),
    flags,
    measured,
    changedAt: changed ? observed : (before?.changedAt ?? observed)
  }
}

/**
 * The values by which the rules on a reading's type judge it. `memory` is that after the reading, `before` the one before
 * it; `quality` are the standing problems of the entity.
 */
export function readingContext(
  { reading, receivedAt }: Received,
  plan: TypePlan,
  asset: KnownAsset | undefined,
  { memory, before, quality }: { memory?: ReadingMemory; before?: ReadingMemory; quality?: readonly string[] }
): Context {
  const context: Context = { ...reading.values, asset: assetValues(asset) }
  const { uses } = plan
  if (uses.has('age')) {
    const observed = memory?.observed ?? parseInstant(reading.dateObserved)
    if (observed !== undefined) context.age = (receivedAt - observed) / 1_000
  }
  if (uses.has('flow')) setFlow(context, reading, asset)
  if (uses.has('capacity')) {
    const site = asset?.properties.kind === 'parkingSite' ? asset.properties.totalSpotNumber : undefined
    const capacity = reading.values.totalSpotNumber ?? site
    if (capacity !== undefined) context.capacity = capacity
  }
  if (memory) {
    context.unchangedFor = (memory.observed - memory.changedAt) / 1_000
    context.unreliable = [...memory.flags.filter((flag) => flag !== 'late'), ...(quality ?? [])]
    context.previous = before?.values ?? new PreviousValues({})
    if (before) context.sincePrevious = (memory.observed - before.observed) / 1_000
  }
  return context
}

function setFlow(context: Context, { values }: Reading, asset: KnownAsset | undefined): void {
  if (typeof values.intensity !== 'number') return
  const { dateObservedFrom: from, dateObservedTo: to } = values
  let seconds = asset?.properties.kind === 'detector' ? asset.properties.period : undefined
  if (typeof from === 'string' && typeof to === 'string') {
    const [begin, end] = [parseInstant(from), parseInstant(to)]
    if (begin !== undefined && end !== undefined && end > begin) seconds = (end - begin) / 1_000
  }
  if (seconds) context.flow = (values.intensity * 3_600) / seconds
}
