import type { CityRates, Clock, DeltaMessage, SnapshotMessage } from '@city-brain/model'
import { noChanges, toDelta } from './delta.ts'
import type { LiveParts, LiveView } from './live-view.ts'
import { createRecentChanges } from './recent-changes.ts'

export type LiveFeed = {
  readonly epoch: string
  /** The whole state at one offset. Deltas sent from here on begin at it. */
  snapshot(): SnapshotMessage
  /** The one delta that leads from an offset to now; 'current' where that is now; undefined where it was too long ago. */
  since(epoch: string, offset: number): DeltaMessage | 'current' | undefined
  /** Calls the listener with each delta and its JSON, made once for all. Returns the end. */
  onDelta(listener: (delta: DeltaMessage, json: string) => void): () => void
  close(): void
}

export const liveTimes = { batch: 100, rates: 1_000, ring: 60_000 }

/**
 * Turns the changes of the live view into deltas, each from exactly where the one before ended, and knows what
 * changed in the last minute, for browsers that come back. `flush` is synchronous and so are the view's steps: a delta's `to` is the offset at
 * which its values were read.
 */
export function createLiveFeed({
  view,
  parts,
  epoch,
  clock,
  rates,
  assetsOffset = () => 0,
  times = liveTimes
}: {
  view: LiveView
  parts: LiveParts
  epoch: string
  clock: Clock
  rates: () => CityRates
  /** Offset of the newest change of an asset; it goes with the rates, so that a browser hears of it within a second. */
  assetsOffset?: () => number
  times?: typeof liveTimes
}): LiveFeed {
  let changes = noChanges()
  let from = view.offset
  let ratesSentAt = Number.NEGATIVE_INFINITY
  const recent = createRecentChanges({ keep: times.ring })
  const listeners = new Set<(delta: DeltaMessage, json: string) => void>()

  const ends = [
    parts.latest.onChange((changed) => {
      for (const entity of changed) changes.entities.set(entity.entity, entity)
    }),
    parts.signals.onChange((changed) => {
      for (const signal of changed) changes.signals.set(signal.intersection, signal)
    }),
    parts.devices.onChange((changed) => {
      for (const device of changed) changes.devices.set(device.device, device)
    }),
    parts.alarms.onChange((changed) => {
      changes.alarms.push(...changed)
    })
  ]

  const flush = ({ evenIfQuiet = false } = {}) => {
    const at = clock.monotonic()
    const dueRates = at - ratesSentAt >= times.rates
    const changed = changes.entities.size + changes.signals.size + changes.devices.size + changes.alarms.length > 0
    // Without a change only the rates are worth a message; the offsets in between are covered by the next one.
    if (!changed && !dueRates && !(evenIfQuiet && from !== view.offset)) return
    if (dueRates) {
      changes.rates = rates()
      changes.assetsOffset = assetsOffset()
      ratesSentAt = at
    }
    const delta = toDelta(changes, { epoch, from, to: view.offset, now: clock.now() })
    changes = noChanges()
    from = view.offset
    recent.add(delta, at)
    if (listeners.size === 0) return
    const json = JSON.stringify(delta)
    for (const listener of listeners) listener(delta, json)
  }
  const timer = setInterval(() => flush(), times.batch)

  return {
    epoch,
    snapshot() {
      // First everyone gets what led here, so that the next delta begins at this snapshot's offset for all.
      flush({ evenIfQuiet: true })
      return {
        type: 'snapshot',
        epoch,
        offset: view.offset,
        now: clock.now(),
        entities: parts.latest.all(),
        signals: parts.signals.all(),
        devices: parts.devices.all(),
        alarms: parts.alarms.list(),
        rates: rates(),
        ...(assetsOffset() > 0 ? { assetsOffset: assetsOffset() } : {})
      }
    },
    since(wantedEpoch, offset) {
      if (wantedEpoch !== epoch) return undefined
      return offset === from ? 'current' : recent.since(offset)
    },
    onDelta(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      clearInterval(timer)
      for (const end of ends) end()
      listeners.clear()
    }
  }
}
