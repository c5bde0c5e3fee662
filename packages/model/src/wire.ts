import type { Alarm } from './alarm.ts'
import type { AssetCollection } from './city/assets.ts'
import type { Command } from './command.ts'
import type { LocalizedText } from './localized-text.ts'
import type { LatestEntity } from './ports/latest-state.ts'
import type { Intersection } from './signal/intersection.ts'
import type { SignalState } from './signal/signal-state.ts'
import type { Counters } from './tally.ts'

/** `GET /api/city`: everything about the city that does not change with its readings. */
export type CityDescription = {
  id: string
  name: LocalizedText
  timeZone: string
  languages: ('en' | 'zh')[]
  centre: [number, number]
  zoom: number
  assets: AssetCollection
  /** Offset of the newest change of an asset while the city ran; absent where all are as in the city's files. */
  assetsOffset?: number
  intersections: Intersection[]
  rules: { id: string; version: number; severity?: string; title: LocalizedText }[]
  /** Path of the basemap's GeoJSON, absent where the city brings none. */
  basemap?: string
}

/** Signal state of an intersection as the map shows it. */
export type LatestSignal = {
  intersection: string
  offset: number
  state: SignalState
  /** The controller has been silent for more than 5 s. */
  stale: boolean
  /** The newest command, and the newest decision on it. */
  command?: Command
}

export type LatestDevice = { device: string; status: 'online' | 'offline' | 'unknown'; since: string }

export type CityRates = {
  /** Readings received in the last second, mean over 10 s. */
  readingsPerSecond: number
  counters: Counters
}

/** Server → browser, first: the whole state at one offset. */
export type SnapshotMessage = {
  type: 'snapshot'
  epoch: string
  offset: number
  /** The server's wall clock, milliseconds since 1970: ages are shown against it, not against the browser's. */
  now: number
  entities: LatestEntity[]
  signals: LatestSignal[]
  devices: LatestDevice[]
  alarms: Alarm[]
  rates: CityRates
  /** As in the city's description: a greater one than that says that it is to be fetched again. Absent in the past. */
  assetsOffset?: number
}

/** Server → browser: what changed between two offsets. Applies only where `from` is the client's offset. */
export type DeltaMessage = {
  type: 'delta'
  epoch: string
  from: number
  to: number
  now: number
  entities?: LatestEntity[]
  signals?: LatestSignal[]
  devices?: LatestDevice[]
  /** Alarms after their newest transition, in order, none merged; one in state `normal` leaves the list. */
  alarms?: Alarm[]
  rates?: CityRates
  /** Assets were added or changed, the newest at this offset: fetch the city's description again. */
  assetsOffset?: number
}

/** Browser → server: first message of a connection; with what it has where it had a connection before. */
export type HelloMessage = { type: 'hello'; epoch?: string; offset?: number }
/** Browser → server → browser: the connection's latency, milliseconds since 1970 of the browser. */
export type PingMessage = { type: 'ping'; at: number }
export type PongMessage = { type: 'pong'; at: number; now: number }

export type ServerMessage = SnapshotMessage | DeltaMessage | PongMessage
export type ClientMessage = HelloMessage | PingMessage

/** `GET /api/health`, public. */
export type Health = {
  status: 'ok' | 'degraded' | 'failed'
  city: string
  version: string
  startedAt: string
  now: string
  counters: Counters
  journal: {
    state: 'ok' | 'full' | 'failed'
    epoch: string
    head: number
    bytes: number
    limitBytes: number
    freeBytes: number
    secondsUntilFull?: number
    /** Damage that a reader has come upon. */
    damage?: string
  }
  history: {
    store: 'duckdb' | 'influx'
    state: 'ok' | 'catching-up' | 'unavailable' | 'misconfigured'
    offset: number
    lagSeconds: number
    message?: string
  }
  /** `refused`: connections since the start whose credentials were wrong, unknown or not looked at. */
  broker: {
    /** Connections; with an external broker, devices whose last status is `online`. */
    connected: number
    /** Absent where devices speak to an external broker. */
    port?: number
    refused: number
    /** Brokers that the city is a client of: the external one, and those of gateways. */
    upstreams?: {
      name: string
      state: 'connecting' | 'connected' | 'away' | 'misconfigured'
      /** RFC 3339: since when it is in this state. */
      since: string
      message?: string
      /** Messages since the start, and those of them that came with QoS 0. */
      received: number
      withoutPromise: number
    }[]
  }
  /** Radio devices whose feeds name a frame counter, and frames of theirs that never came; absent where there are none. */
  frames?: { devices: number; lost: number }
  /** What is wrong, for people. */
  problems: LocalizedText[]
}

/** `GET /api/parking`, public: a car park as residents see it. */
export type ParkingPlace = {
  id: string
  type: 'OffStreetParking' | 'OnStreetParking'
  name: LocalizedText
  address?: LocalizedText
  /** Absent: of unknown place. */
  position?: [number, number]
  /** open: the number is to be relied on. not-reliable: there is a number, but not to drive to. unknown: never reported. */
  state: 'open' | 'full' | 'closed' | 'not-reliable' | 'stale' | 'unknown'
  /** Why not reliable. */
  reasons?: readonly ('unchanged' | 'above-capacity' | 'gap')[]
  /** Only where the number is to be relied on. */
  availableSpotNumber?: number
  totalSpotNumber?: number
  /** RFC 3339: the age of the number. */
  dateObserved?: string
  /** Median change within 10 minutes over the last day: how far the number is usually off on arrival. */
  usuallyOff?: number
  /** filling or emptying over the last 15 minutes. */
  trend?: 'filling' | 'emptying' | 'steady'
  openingHours?: string
  maximumAllowedHeight?: number
  priceRatePerMinute?: number
  priceCurrency?: string
  disabledSpotNumber?: number
}
