import type { Asset, AttributeValue, LatestEntity, ParkingPlace } from '@city-brain/model'
import type { ParkingTrend } from './parking-trend.ts'

/** A car park as residents see it. Pure. A number that is not to be driven to is not in the answer at all. */
export function toParkingPlace(
  asset: Asset,
  latest: LatestEntity | undefined,
  { trend, usuallyOff }: ParkingTrend
): ParkingPlace | undefined {
  const { properties, geometry } = asset
  if (properties.kind !== 'parkingSite') return undefined
  const state = stateOf(latest, properties.totalSpotNumber)
  const position = geometry?.type === 'Point' ? geometry.coordinates : undefined
  const reliable = state.state === 'open' || state.state === 'full'
  const total = number(latest?.values.totalSpotNumber) ?? properties.totalSpotNumber
  return {
    id: asset.id,
    type: properties.type,
    name: properties.name,
    ...state,
    ...given('address', properties.address),
    ...given('position', position),
    ...given('totalSpotNumber', total),
    ...given('dateObserved', latest?.dateObserved),
    ...given('usuallyOff', reliable ? usuallyOff : undefined),
    ...given('trend', reliable ? trend : undefined),
    ...given('openingHours', properties.openingHours),
    ...given('maximumAllowedHeight', properties.maximumAllowedHeight),
    ...given('priceRatePerMinute', properties.priceRatePerMinute),
    ...given('priceCurrency', properties.priceCurrency),
    ...given('disabledSpotNumber', properties.disabledSpotNumber)
  }
}

function stateOf(
  latest: LatestEntity | undefined,
  capacity: number | undefined
): Pick<ParkingPlace, 'state' | 'reasons' | 'availableSpotNumber'> {
  if (!latest) return { state: 'unknown' }
  if (latest.unreliable && latest.unreliable.length > 0) return { state: 'not-reliable', reasons: latest.unreliable }
  if (latest.stale) return { state: 'stale' }
  const status = Array.isArray(latest.values.status) ? latest.values.status : []
  if (status.includes('closed') || status.includes('closedAbnormal')) return { state: 'closed' }
  const available = availableSpots(latest.values, capacity)
  if (status.includes('full') || available === 0) return { state: 'full', availableSpotNumber: 0 }
  return available === undefined ? { state: 'unknown' } : { state: 'open', availableSpotNumber: available }
}

/** Free spaces as reported, or what total and occupied leave; undefined where neither says it. */
export function availableSpots(
  values: Record<string, AttributeValue>,
  capacity: number | undefined
): number | undefined {
  const available = number(values.availableSpotNumber)
  if (available !== undefined) return available
  const total = number(values.totalSpotNumber) ?? capacity
  const occupied = number(values.occupiedSpotNumber)
  return total === undefined || occupied === undefined ? undefined : Math.max(0, total - occupied)
}

function number(value: AttributeValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, V>)
}
