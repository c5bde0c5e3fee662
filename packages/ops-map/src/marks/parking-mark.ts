import type { LatestEntity } from '@city-brain/model'

export type ParkingState = 'free' | 'full' | 'closed' | 'unreliable' | 'stale' | 'unknown'
export type ParkingMark = {
  state: ParkingState
  /** Free spaces as reported, also where they are not to be relied on; absent where never reported. */
  available?: number
  total?: number
  /** `P 148`; `P ?` where the number is not one to drive to. */
  label: string
}

/** What the map says of a car park. A count above the capacity or one that stands still is shown as unknown, never as a number. */
export function parkingMark(reading: LatestEntity | undefined, capacity?: number): ParkingMark {
  if (!reading) return { state: 'unknown', label: 'P ?', ...(capacity === undefined ? {} : { total: capacity }) }
  const { availableSpotNumber, occupiedSpotNumber, totalSpotNumber, status } = reading.values
  const total = typeof totalSpotNumber === 'number' ? totalSpotNumber : capacity
  const available =
    typeof availableSpotNumber === 'number'
      ? availableSpotNumber
      : typeof occupiedSpotNumber === 'number' && total !== undefined
        ? Math.max(0, total - occupiedSpotNumber)
        : undefined
  const says = (word: string) => Array.isArray(status) && status.includes(word)
  const rest = {
    ...(available === undefined ? {} : { available }),
    ...(total === undefined ? {} : { total })
  }
  if (reading.unreliable?.length || reading.flags?.includes('above-capacity')) {
    return { state: 'unreliable', label: 'P ?', ...rest }
  }
  if (reading.stale) return { state: 'stale', label: 'P ?', ...rest }
  if (says('closed') || says('closedAbnormal')) return { state: 'closed', label: 'P –', ...rest }
  if (available === undefined)
    return { state: says('full') ? 'full' : 'unknown', label: says('full') ? 'P 0' : 'P ?', ...rest }
  return { state: available === 0 || says('full') ? 'full' : 'free', label: `P ${available}`, ...rest }
}
