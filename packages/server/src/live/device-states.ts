import { type Entry, formatInstant, type LatestDevice, type View } from '@city-brain/model'

export type DeviceStates = View & {
  all(): LatestDevice[]
  get(device: string): LatestDevice | undefined
  onChange(listener: (changed: readonly LatestDevice[], to: number) => void): () => void
}

const format = 1
type State = {
  format: number
  devices: [device: string, status: 'online' | 'offline', since: number, offset: number][]
}

/**
 * Which devices are connected, by their births and wills. A birth from before `startedAt` (the head of the journal when
 * this process started) says nothing any more: that connection ended with the process before, perhaps without a will.
 * Such a device is `unknown` until it speaks again.
 */
export function createDeviceStates({ startedAt }: { startedAt: number }): DeviceStates {
  const devices = new Map<string, { status: 'online' | 'offline'; since: number; offset: number }>()
  const listeners = new Set<(changed: readonly LatestDevice[], to: number) => void>()
  const get = (device: string): LatestDevice | undefined => {
    const found = devices.get(device)
    if (!found) return undefined
    const ended = found.status === 'online' && found.offset <= startedAt
    return { device, status: ended ? 'unknown' : found.status, since: formatInstant(found.since) }
  }

  return {
    name: 'devices',
    kinds: ['status'],
    restore(state) {
      devices.clear()
      const kept = state as State | undefined
      if (kept?.format !== format) return
      for (const [device, status, since, offset] of kept.devices) devices.set(device, { status, since, offset })
    },
    apply(entry: Entry) {
      if (entry.kind !== 'status') return undefined
      const { status } = entry.payload
      const before = devices.get(entry.entity)
      // Births are repeated; since then it is in this state, unless a restart lies between.
      const goesOn = before?.status === status && before.offset > startedAt
      devices.set(entry.entity, {
        status,
        since: goesOn ? before.since : entry.receivedAt,
        offset: entry.offset
      })
      const changed = get(entry.entity)
      if (changed) for (const listener of listeners) listener([changed], entry.offset)
      return undefined
    },
    snapshot(): State {
      return {
        format,
        devices: [...devices].map(([device, { status, since, offset }]) => [device, status, since, offset])
      }
    },
    all: () => [...devices.keys()].flatMap((device) => get(device) ?? []),
    get,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}
