import type { Alarm, CityRates, DeltaMessage, LatestDevice, LatestEntity, LatestSignal } from '@city-brain/model'

/** What changed since an offset, gathered until it is sent: the newest value of each entity, every alarm transition. */
export type Changes = {
  entities: Map<string, LatestEntity>
  signals: Map<string, LatestSignal>
  devices: Map<string, LatestDevice>
  alarms: Alarm[]
  rates?: CityRates
  assetsOffset?: number
}

export function noChanges(): Changes {
  return { entities: new Map(), signals: new Map(), devices: new Map(), alarms: [] }
}

/** Adds a later delta to the changes: values are merged per entity, alarm transitions are kept one by one. */
export function mergeDelta(into: Changes, delta: DeltaMessage): void {
  for (const entity of delta.entities ?? []) into.entities.set(entity.entity, entity)
  for (const signal of delta.signals ?? []) into.signals.set(signal.intersection, signal)
  for (const device of delta.devices ?? []) into.devices.set(device.device, device)
  if (delta.alarms) into.alarms.push(...delta.alarms)
  if (delta.rates) into.rates = delta.rates
  if (delta.assetsOffset) into.assetsOffset = delta.assetsOffset
}

/** The message of the changes; what did not change is absent. */
export function toDelta(changes: Changes, span: Pick<DeltaMessage, 'epoch' | 'from' | 'to' | 'now'>): DeltaMessage {
  return {
    type: 'delta',
    ...span,
    ...(changes.entities.size > 0 ? { entities: [...changes.entities.values()] } : {}),
    ...(changes.signals.size > 0 ? { signals: [...changes.signals.values()] } : {}),
    ...(changes.devices.size > 0 ? { devices: [...changes.devices.values()] } : {}),
    ...(changes.alarms.length > 0 ? { alarms: changes.alarms } : {}),
    ...(changes.rates ? { rates: changes.rates } : {}),
    ...(changes.assetsOffset ? { assetsOffset: changes.assetsOffset } : {})
  }
}
