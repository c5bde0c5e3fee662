import type {
  Alarm,
  CityRates,
  DeltaMessage,
  LatestDevice,
  LatestEntity,
  LatestSignal,
  SnapshotMessage
} from '@city-brain/model'

/** The whole city at one offset. The maps are changed in place; what they hold is replaced, never changed. */
export type CityState = {
  epoch: string
  offset: number
  entities: Map<string, LatestEntity>
  signals: Map<string, LatestSignal>
  devices: Map<string, LatestDevice>
  /** Those in the list, by `rule/entity`. */
  alarms: Map<string, Alarm>
  rates: CityRates | undefined
  /** Offset of the newest change of an asset that the server has told of; 0 where there was none. */
  assetsOffset: number
}

/** Which ids a message changed; `all` after a snapshot. */
export type CityChange = {
  all: boolean
  entities: readonly string[]
  signals: readonly string[]
  devices: readonly string[]
  alarms: readonly Alarm[]
  rates: boolean
}

export function emptyCityState(): CityState {
  return {
    epoch: '',
    offset: 0,
    entities: new Map(),
    signals: new Map(),
    devices: new Map(),
    alarms: new Map(),
    rates: undefined,
    assetsOffset: 0
  }
}

export function cityStateOf(snapshot: SnapshotMessage): CityState {
  return {
    epoch: snapshot.epoch,
    offset: snapshot.offset,
    entities: new Map(snapshot.entities.map((entity) => [entity.entity, entity])),
    signals: new Map(snapshot.signals.map((signal) => [signal.intersection, signal])),
    devices: new Map(snapshot.devices.map((device) => [device.device, device])),
    alarms: new Map(snapshot.alarms.filter(({ state }) => state !== 'normal').map((alarm) => [alarm.id, alarm])),
    rates: snapshot.rates,
    assetsOffset: snapshot.assetsOffset ?? 0
  }
}

/**
 * Applies a delta in place. `gap`: it does not begin where the state stands (or is of another journal), so nothing was
 * applied and a new snapshot is needed.
 */
export function applyDelta(state: CityState, delta: DeltaMessage): CityChange | 'gap' {
  if (delta.epoch !== state.epoch || delta.from !== state.offset) return 'gap'
  for (const entity of delta.entities ?? []) state.entities.set(entity.entity, entity)
  for (const signal of delta.signals ?? []) state.signals.set(signal.intersection, signal)
  for (const device of delta.devices ?? []) state.devices.set(device.device, device)
  for (const alarm of delta.alarms ?? []) {
    if (alarm.state === 'normal') state.alarms.delete(alarm.id)
    else state.alarms.set(alarm.id, alarm)
  }
  if (delta.rates) state.rates = delta.rates
  if (delta.assetsOffset !== undefined) state.assetsOffset = delta.assetsOffset
  state.offset = delta.to
  return {
    all: false,
    entities: delta.entities?.map(({ entity }) => entity) ?? [],
    signals: delta.signals?.map(({ intersection }) => intersection) ?? [],
    devices: delta.devices?.map(({ device }) => device) ?? [],
    alarms: delta.alarms ?? [],
    rates: delta.rates !== undefined
  }
}
