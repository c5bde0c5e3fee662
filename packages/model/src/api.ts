import type { Alarm } from './alarm.ts'
import type { Asset } from './city/assets.ts'
import type { Command } from './command.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { Entry, EntryKind } from './entry.ts'
import type { ErrorCode } from './errors.ts'
import type { LocalizedText } from './localized-text.ts'
import type { LatestEntity } from './ports/latest-state.ts'
import type { RadioFrame } from './radio-frame.ts'
import type { AttributeKind, AttributeValue, ReadingFlag } from './reading.ts'
import type { Domain } from './topic.ts'
import type { ParkingPlace } from './wire.ts'

/** Answers of the HTTP API that the console reads. Every time is RFC 3339; a list stands under a name, so that it can grow. */

/** `GET /api/session` and `POST /api/session`. */
export type SessionAnswer = { operator: string; mustChangePassword: boolean }

/** `GET /api/entities/{id}/history?from&to&every&attributes`: `every` in seconds; absent: raw points. */
export type HistoryWireAnswer =
  | {
      kind: 'raw'
      points: {
        dateObserved: string
        offset: number
        values: Record<string, AttributeValue>
        flags?: readonly ReadingFlag[]
      }[]
      truncated: boolean
    }
  | {
      kind: 'windows'
      /** Seconds. */
      every: number
      points: { from: string; count: number; values: Record<string, { mean: number; min: number; max: number }> }[]
      truncated: boolean
    }

/** An entry as the API writes it. */
export type WireEntry = { [K in EntryKind]: Omit<Entry<K>, 'receivedAt'> & { receivedAt: string } }[EntryKind]

/** `GET /api/entities/{id}/entries?kinds=decision,command&limit=`: the audit trail, newest first. */
export type EntriesAnswer = { entries: WireEntry[] }

/** `GET /api/alarms`: those in the list; with `history=true` past ones too, newest first. */
export type AlarmsAnswer = { alarms: Alarm[] }

/** `GET /api/commands?intersection=`: newest first. */
export type CommandsAnswer = { commands: Command[] }

/** `GET /api/dead-letters?before=&limit=&code=`: newest first; `next` is the `before` of the page that follows. */
export type DeadLettersAnswer = {
  deadLetters: (DeadLetter & { offset: number; receivedAt: string })[]
  next?: number
}

/** `GET /api/timeline?from&to&every`: `every` in seconds. Windows without anything are there with zeros. */
export type TimelineAnswer = {
  every: number
  windows: { from: string; readings: number; alarms: number }[]
}

/** `GET /api/entities`: the newest of each, all at one offset. */
export type EntitiesAnswer = { epoch: string; offset: number; entities: LatestEntity[] }

/** `GET /api/entities/{id}`. */
export type EntityAnswer = {
  id: string
  /** Its NGSI-LD id; absent where it reports nothing. */
  urn?: string
  asset: Asset
  /** What it can report, with units. */
  attributes: { name: string; unit?: string; kind: AttributeKind }[]
  latest?: LatestEntity
  /** Devices and gateways that may report it. */
  devices: string[]
}

/** `POST /api/dead-letters/replay {offsets}`: what became of each; `duplicate` where it was replayed before. */
export type ReplayAnswer = {
  replayed: {
    offset: number
    outcome: 'accepted' | 'rejected' | 'duplicate' | 'not-found'
    code?: string
    message?: string
  }[]
}

/** `GET /api/parking`, public. `now` is the server's clock: ages are shown against it. */
export type ParkingAnswer = { now: string; places: ParkingPlace[] }

/** `GET /api/parking/city`, public: what the residents' page needs of the city. */
export type ParkingCityAnswer = {
  name: LocalizedText
  timeZone: string
  centre: [number, number]
  zoom: number
  /** Path of the basemap's GeoJSON, absent where the city brings none. */
  basemap?: string
}

/** A device or gateway in the list. */
export type DeviceSummary = {
  id: string
  kind: 'device' | 'gateway'
  /** Where it is registered: in `devices.yaml`, or by a change while the city ran. */
  from: 'file' | 'registry'
  revoked: boolean
  /** Whether it has a secret of its own. */
  secret: boolean
  connected: boolean
  /** Those that it lists, at most the first hundred; `entityCount` is that of all. */
  entities: readonly string[]
  entityCount: number
  area?: string
  domain?: Domain
  profile?: string
  /** Seconds. */
  expectedInterval?: number
  certificateSubject?: string
  /** When a reading of one of its entities, or a birth or will of itself, was last received. */
  lastSeen?: string
  /** Not seen for longer than three expected intervals. */
  overdue?: true
}

/** `GET /api/devices?after=&limit=`: by id; `next` is the `after` of the page that follows. */
export type DevicesAnswer = { devices: DeviceSummary[]; next?: string }

/** `POST /api/devices`, `POST /api/devices/{id}/rotate` and `POST /api/devices/claim`: the secret is told this once. */
export type DeviceSecretAnswer = { id: string; secret: string }

export type ClaimKeySummary = {
  id: string
  area: string
  domain: Domain
  profile?: string
  /** What the id of a device must begin with; empty: any. */
  prefix: string
  count: number
  remaining: number
  expiresAt: string
  state: 'usable' | 'exhausted' | 'expired' | 'revoked'
}

/** `GET /api/claim-keys`: the newest first. */
export type ClaimKeysAnswer = { claimKeys: ClaimKeySummary[] }
/** `POST /api/claim-keys`: the key is told this once. */
export type ClaimKeyAnswer = ClaimKeySummary & { key: string }

/** What is wrong in a file of assets. `row` as a spreadsheet counts them, the heading is 1; of GeoJSON the feature, from 1. */
export type ImportFault = { row: number; column?: string; message: string }

/** `POST /api/assets/import?dryRun=`: with a fault nothing is applied. */
export type ImportAnswer = {
  dryRun: boolean
  applied: boolean
  /** Rows with an asset in them. */
  rows: number
  assets: { added: number; changed: number; unchanged: number }
  devices: { added: number; changed: number }
  /** The first thousand. */
  faults: ImportFault[]
  faultCount: number
}

/** `POST /api/webhooks/{gateway}`: what became of the readings of a delivery, once that is on disk. */
export type DeliveryAnswer = {
  accepted: number
  /** In the dead letters. An undecodable delivery counts as one. */
  rejected: number
  duplicate: number
  /** A feed passed the delivery over on purpose. */
  ignored: boolean
  /** Why readings were rejected, `index` being their place in a payload of several: the first ten. */
  faults: { code: ErrorCode; path?: string; message: string; index?: number }[]
}

/** `GET /api/radio-devices?limit=`: those with the most lost frames first; `devices` and `lost` are of all. */
export type RadioDevicesAnswer = {
  devices: number
  lost: number
  radioDevices: (RadioFrame & { gateway: string })[]
}
