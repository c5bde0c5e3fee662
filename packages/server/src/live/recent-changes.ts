import type { Alarm, DeltaMessage, LatestDevice, LatestEntity, LatestSignal } from '@city-brain/model'
import { noChanges, toDelta } from './delta.ts'

export type RecentChanges = {
  /** Remembers a delta that was just made, at a monotonic time in milliseconds. */
  add(delta: DeltaMessage, at: number): void
  /** One delta from `offset` to the newest; 'current' where nothing is missing; undefined where it reaches not back so far. */
  since(offset: number): DeltaMessage | 'current' | undefined
}

type Changed<T> = Map<string, { to: number; value: T }>

/**
 * What a browser missed that comes back within the last minute. It gets the newest value of whatever changed meanwhile,
 * so that only the newest is kept of each, with the delta it was in: a minute's deltas themselves would hold every
 * reading of that minute. Alarm transitions are kept one by one.
 */
export function createRecentChanges({ keep }: { keep: number }): RecentChanges {
  const entities: Changed<LatestEntity> = new Map()
  const signals: Changed<LatestSignal> = new Map()
  const devices: Changed<LatestDevice> = new Map()
  const alarms: { to: number; alarm: Alarm; at: number }[] = []
  /** Offsets at which a delta began: only there can one go on. */
  const begins: { from: number; at: number }[] = []
  let newest: DeltaMessage | undefined

  return {
    add(delta, at) {
      const { to } = delta
      for (const value of delta.entities ?? []) entities.set(value.entity, { to, value })
      for (const value of delta.signals ?? []) signals.set(value.intersection, { to, value })
      for (const value of delta.devices ?? []) devices.set(value.device, { to, value })
      for (const alarm of delta.alarms ?? []) alarms.push({ to, alarm, at })
      begins.push({ from: delta.from, at })
      newest = delta
      while (begins[0] && at - begins[0].at > keep) begins.shift()
      while (alarms[0] && at - alarms[0].at > keep) alarms.shift()
    },
    since(offset) {
      if (newest === undefined) return undefined
      if (offset === newest.to) return 'current'
      if (!begins.some(({ from }) => from === offset)) return undefined
      const changes = noChanges()
      const take = <T>(from: Changed<T>, into: Map<string, T>) => {
        for (const [id, { to, value }] of from) if (to > offset) into.set(id, value)
      }
      take(entities, changes.entities)
      take(signals, changes.signals)
      take(devices, changes.devices)
      changes.alarms = alarms.filter(({ to }) => to > offset).map(({ alarm }) => alarm)
      return toDelta(changes, { epoch: newest.epoch, from: offset, to: newest.to, now: newest.now })
    }
  }
}
