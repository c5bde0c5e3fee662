import type {
  AlarmsAnswer,
  CityDescription,
  Clock,
  CommandsAnswer,
  DeliveryAnswer,
  Draft,
  Health,
  HistoryStore,
  Journal,
  LatestEntity,
  ParkingAnswer,
  RadioDevicesAnswer,
  ReplayAnswer,
  SnapshotMessage
} from '@city-brain/model'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault
} from 'fastify'
import type { ClaimLimit } from '../identity/claim-limit.ts'
import type { DeviceSecrets } from '../identity/device-secrets.ts'
import type { Operators } from '../identity/operators.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { SignInLimit } from '../identity/sign-in-limit.ts'
import type { Activity } from '../live/activity.ts'
import type { LiveFeed } from '../live/live-feed.ts'
import type { LiveParts } from '../live/live-view.ts'
import type { Log } from '../log.ts'
import type { Claims } from '../registry/claims.ts'
import type { Devices } from '../registry/devices.ts'
import type { ImportAssets } from '../registry/import/import-assets.ts'
import type { Registry } from '../registry/registry.ts'
import type { FaultCodes } from './error-handler.ts'

/** A Fastify instance whose handlers are typed by their TypeBox schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** Everything that the routes answer from. They hold no state of their own. */
export type AppParts = {
  clock: Clock
  log: Log
  city: CityDescription
  /** Text of the basemap's GeoJSON. */
  basemap?: string
  identity: Identity
  journal: Journal
  history: Pick<HistoryStore, 'query'>
  live: LiveParts & { latest: { get(entity: string): LatestEntity | undefined } } & {
    alarms: { get(id: string): AlarmsAnswer['alarms'][number] | undefined }
  }
  feed: LiveFeed
  activity: Activity
  /** Appends an operator's action to the journal; resolves when it is there for good. */
  record: RecordAction
  health: () => Health
  parking: () => ParkingAnswer
  /** The assets as they stand; those of `city` are what its files say. */
  registry: Pick<Registry, 'asset' | 'assets' | 'assetsOffset'>
  devices: Devices
  claims: Claims
  claimLimit: ClaimLimit
  importAssets: ImportAssets
  /** Devices and gateways that may report an entity. */
  devicesOf: (entity: string) => string[]
  commandsOf: (intersection: string | undefined, limit: number) => CommandsAnswer['commands']
  pastAlarms: (before: number | undefined, limit: number) => Promise<AlarmsAnswer['alarms']>
  at: (time: number) => Promise<SnapshotMessage>
  replay: (offsets: readonly number[]) => Promise<ReplayAnswer['replayed']>
  /** Deliveries of gateways over HTTP. */
  deliveries: {
    /** Undefined: it is who it says it is. */
    admit(
      gateway: string,
      secret: Buffer,
      address: string
    ): Promise<'wrong-credentials' | 'not-registered' | 'throttled' | undefined>
    /** Whether its registration lets it deliver so. */
    isOpenTo(gateway: string): boolean
    /** Resolves when the fate is on disk; rejects with the code `not-stored` where it can be stored nowhere. */
    receive(gateway: string, topic: string, payload: Buffer): Promise<DeliveryAnswer>
  }
  frames: () => {
    devices: number
    lost: number
    list(limit: number): RadioDevicesAnswer['radioDevices']
  }
  faultCodes: FaultCodes
  version: string
  /** Folder of the built map; absent where it was not built. */
  pages?: string
}

export type Identity = {
  operators: Operators
  sessions: Sessions
  signInLimit: SignInLimit
  deviceSecrets: DeviceSecrets
}

export type RecordAction = (action: Draft<'operator-action'>['payload']) => Promise<void>
