import { domains, LocalizedText } from '@city-brain/model'
import Type, { type TSchema, type TUnknown } from 'typebox'

/** The answers of the API as schemas, for OpenAPI and for the tests that hold the real answers against it. */
const rfc3339 = Type.String({ format: 'date-time' })
const offset = Type.Integer({ minimum: 0, description: "Place in the city's journal" })
const open = { additionalProperties: true } as const
const values = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Attribute to value, as the sensor sent them'
})
const flags = Type.Optional(Type.Array(Type.Enum(['late', 'above-capacity', 'gap', 'beyond-calibration'])))

export const ApiErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  path: Type.Optional(Type.String()),
  expected: Type.Optional(Type.String())
})

/**
 * The answers of a route: its own, and that of every fault. Handlers are typed by the model's answers, not by these
 * schemas; the tests hold real answers against them.
 */
export function answers(schema: TSchema, status = 200): Record<string, TUnknown> {
  return { [status]: schema, '4xx': ApiErrorBody, '5xx': ApiErrorBody } as unknown as Record<string, TUnknown>
}

export const SessionBody = Type.Object({ operator: Type.String(), mustChangePassword: Type.Boolean() })

export const LatestEntityBody = Type.Object({
  entity: Type.String(),
  type: Type.String(),
  offset,
  dateObserved: rfc3339,
  receivedAt: rfc3339,
  values,
  flags,
  backfill: Type.Optional(Type.Literal(true)),
  stale: Type.Boolean(),
  unreliable: Type.Optional(Type.Array(Type.Enum(['unchanged', 'above-capacity', 'gap'])))
})

export const AlarmBody = Type.Object({
  id: Type.String(),
  entity: Type.String(),
  rule: Type.String(),
  ruleVersion: Type.Integer(),
  severity: Type.Enum(['informational', 'low', 'medium', 'high', 'critical']),
  state: Type.Enum(['unacknowledged', 'acknowledged', 'returned-unacknowledged', 'normal']),
  title: LocalizedText,
  detail: LocalizedText,
  advice: Type.Optional(LocalizedText),
  values,
  causes: Type.Array(offset),
  raisedAt: rfc3339,
  returnedAt: Type.Optional(rfc3339),
  acknowledgedAt: Type.Optional(rfc3339),
  acknowledgedBy: Type.Optional(Type.String()),
  offset
})
export const AlarmsBody = Type.Object({ alarms: Type.Array(AlarmBody) })

const CommandStateBody = Type.Enum(['requested', 'sent', 'acknowledged', 'effective', 'rejected', 'expired'])
export const CommandBody = Type.Object({
  id: Type.String(),
  intersection: Type.String(),
  controller: Type.String(),
  state: CommandStateBody,
  message: Type.Object(
    {
      commandId: Type.String(),
      kind: Type.String(),
      timing: Type.Optional(Type.Object({ cycle: Type.Number({ unit: 's' }) }, open))
    },
    open
  ),
  decision: Type.Optional(Type.Object({ decision: Type.String(), outcome: Type.String() }, open)),
  reason: Type.Optional(Type.String()),
  times: Type.Record(Type.String(), rfc3339),
  offset
})
export const CommandsBody = Type.Object({ commands: Type.Array(CommandBody) })

export const EntityBody = Type.Object({
  id: Type.String(),
  urn: Type.Optional(Type.String({ description: 'Its NGSI-LD id' })),
  asset: Type.Object({ type: Type.Literal('Feature'), id: Type.String() }, open),
  attributes: Type.Array(
    Type.Object({ name: Type.String(), unit: Type.Optional(Type.String()), kind: Type.String() }),
    { description: 'What it can report, with units' }
  ),
  latest: Type.Optional(LatestEntityBody),
  devices: Type.Array(Type.String(), { description: 'Devices that may report it' })
})
export const EntitiesBody = Type.Object({ epoch: Type.String(), offset, entities: Type.Array(LatestEntityBody) })

export const HistoryBody = Type.Union([
  Type.Object({
    kind: Type.Literal('raw'),
    points: Type.Array(Type.Object({ dateObserved: rfc3339, offset, values, flags })),
    truncated: Type.Boolean()
  }),
  Type.Object({
    kind: Type.Literal('windows'),
    every: Type.Number({ unit: 's' }),
    points: Type.Array(
      Type.Object({
        from: rfc3339,
        count: Type.Integer(),
        values: Type.Record(Type.String(), Type.Object({ mean: Type.Number(), min: Type.Number(), max: Type.Number() }))
      })
    ),
    truncated: Type.Boolean()
  })
])

export const EntriesBody = Type.Object({
  entries: Type.Array(
    Type.Object(
      {
        offset,
        kind: Type.String(),
        entity: Type.String(),
        receivedAt: rfc3339,
        source: Type.String(),
        payload: Type.Unknown()
      },
      open
    )
  )
})

export const DeadLettersBody = Type.Object({
  deadLetters: Type.Array(
    Type.Object(
      {
        offset,
        receivedAt: rfc3339,
        code: Type.String(),
        message: Type.String(),
        topic: Type.String(),
        device: Type.String(),
        size: Type.Integer(),
        sha256: Type.String()
      },
      open
    )
  ),
  next: Type.Optional(offset)
})
export const ReplayBody = Type.Object({
  replayed: Type.Array(Type.Object({ offset, outcome: Type.String() }, open))
})

export const TimelineBody = Type.Object({
  every: Type.Number({ unit: 's' }),
  windows: Type.Array(Type.Object({ from: rfc3339, readings: Type.Integer(), alarms: Type.Integer() }))
})

const counters = Type.Object({
  received: Type.Integer(),
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  duplicate: Type.Integer(),
  stored: Type.Integer(),
  pending: Type.Integer(),
  refused: Type.Integer()
})
export const HealthBody = Type.Object({
  status: Type.Enum(['ok', 'degraded', 'failed']),
  city: Type.String(),
  version: Type.String(),
  startedAt: rfc3339,
  now: rfc3339,
  counters,
  journal: Type.Object({
    state: Type.Enum(['ok', 'full', 'failed']),
    epoch: Type.String(),
    head: offset,
    bytes: Type.Number(),
    limitBytes: Type.Number(),
    freeBytes: Type.Number(),
    secondsUntilFull: Type.Optional(Type.Number()),
    damage: Type.Optional(Type.String({ description: 'Damage that a reader has come upon' }))
  }),
  history: Type.Object({
    store: Type.Enum(['duckdb', 'influx']),
    state: Type.Enum(['ok', 'catching-up', 'unavailable', 'misconfigured']),
    offset,
    lagSeconds: Type.Number(),
    message: Type.Optional(Type.String())
  }),
  broker: Type.Object({
    connected: Type.Integer(),
    port: Type.Optional(Type.Integer({ description: 'Absent where devices speak to an external broker' })),
    refused: Type.Integer(),
    upstreams: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String(),
          state: Type.Enum(['connecting', 'connected', 'away', 'misconfigured']),
          since: rfc3339,
          message: Type.Optional(Type.String()),
          received: Type.Integer(),
          withoutPromise: Type.Integer({ description: 'Messages that came with QoS 0' })
        }),
        { description: 'Brokers that the city is a client of' }
      )
    )
  }),
  frames: Type.Optional(
    Type.Object({ devices: Type.Integer(), lost: Type.Integer() }, { description: 'Frame counters of radio devices' })
  ),
  problems: Type.Array(LocalizedText)
})

export const DeliveryBody = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer({ description: 'In the dead letters' }),
  duplicate: Type.Integer(),
  ignored: Type.Boolean({ description: 'A feed passed it over on purpose' }),
  faults: Type.Array(
    Type.Object({
      code: Type.String(),
      path: Type.Optional(Type.String()),
      message: Type.String(),
      index: Type.Optional(Type.Integer())
    })
  )
})

export const RadioDevicesBody = Type.Object({
  devices: Type.Integer(),
  lost: Type.Integer(),
  radioDevices: Type.Array(
    Type.Object({
      gateway: Type.String(),
      device: Type.String(),
      counter: Type.Integer(),
      lost: Type.Integer(),
      starts: Type.Integer({ description: 'How often the counter began anew' }),
      dateObserved: Type.Optional(rfc3339)
    })
  )
})

export const ParkingPlaceBody = Type.Object({
  id: Type.String(),
  type: Type.Enum(['OffStreetParking', 'OnStreetParking']),
  name: LocalizedText,
  address: Type.Optional(LocalizedText),
  position: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
  state: Type.Enum(['open', 'full', 'closed', 'not-reliable', 'stale', 'unknown']),
  reasons: Type.Optional(Type.Array(Type.Enum(['unchanged', 'above-capacity', 'gap']))),
  availableSpotNumber: Type.Optional(Type.Integer()),
  totalSpotNumber: Type.Optional(Type.Integer()),
  dateObserved: Type.Optional(rfc3339),
  usuallyOff: Type.Optional(Type.Number()),
  trend: Type.Optional(Type.Enum(['filling', 'emptying', 'steady'])),
  openingHours: Type.Optional(Type.String()),
  maximumAllowedHeight: Type.Optional(Type.Number()),
  priceRatePerMinute: Type.Optional(Type.Number()),
  priceCurrency: Type.Optional(Type.String()),
  disabledSpotNumber: Type.Optional(Type.Integer())
})
export const ParkingBody = Type.Object({ now: rfc3339, places: Type.Array(ParkingPlaceBody) })
export const ParkingCityBody = Type.Object({
  name: LocalizedText,
  timeZone: Type.String(),
  centre: Type.Tuple([Type.Number(), Type.Number()]),
  zoom: Type.Number(),
  basemap: Type.Optional(Type.String())
})

export const FeatureCollectionBody = Type.Object(
  { type: Type.Literal('FeatureCollection'), features: Type.Array(Type.Unknown()) },
  open
)
export const CityBody = Type.Object({
  id: Type.String(),
  name: LocalizedText,
  timeZone: Type.String(),
  languages: Type.Array(Type.Enum(['en', 'zh'])),
  centre: Type.Tuple([Type.Number(), Type.Number()]),
  zoom: Type.Number(),
  assets: FeatureCollectionBody,
  assetsOffset: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Offset of the newest change of an asset while the city ran' })
  ),
  intersections: Type.Array(Type.Object({ intersection: Type.String() }, open)),
  rules: Type.Array(
    Type.Object({
      id: Type.String(),
      version: Type.Integer(),
      severity: Type.Optional(Type.String()),
      title: LocalizedText
    })
  ),
  basemap: Type.Optional(Type.String())
})

export const SnapshotBody = Type.Object({
  type: Type.Literal('snapshot'),
  epoch: Type.String(),
  offset,
  now: Type.Number({ unit: 'ms' }),
  entities: Type.Array(LatestEntityBody),
  signals: Type.Array(
    Type.Object({ intersection: Type.String(), offset, stale: Type.Boolean(), state: Type.Unknown() }, open)
  ),
  devices: Type.Array(Type.Object({ device: Type.String(), status: Type.String(), since: rfc3339 })),
  alarms: Type.Array(AlarmBody),
  rates: Type.Object({ readingsPerSecond: Type.Number(), counters }),
  assetsOffset: Type.Optional(offset)
})

const domain = Type.Enum([...domains])
export const DevicesBody = Type.Object({
  devices: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.Enum(['device', 'gateway']),
      from: Type.Enum(['file', 'registry']),
      revoked: Type.Boolean(),
      secret: Type.Boolean(),
      connected: Type.Boolean(),
      entities: Type.Array(Type.String()),
      entityCount: Type.Integer(),
      area: Type.Optional(Type.String()),
      domain: Type.Optional(domain),
      profile: Type.Optional(Type.String()),
      expectedInterval: Type.Optional(Type.Number({ unit: 's' })),
      certificateSubject: Type.Optional(Type.String()),
      lastSeen: Type.Optional(rfc3339),
      overdue: Type.Optional(Type.Literal(true))
    })
  ),
  next: Type.Optional(Type.String())
})
export const DeviceSecretBody = Type.Object({ id: Type.String(), secret: Type.String() })

const claimKey = {
  id: Type.String(),
  area: Type.String(),
  domain,
  profile: Type.Optional(Type.String()),
  prefix: Type.String(),
  count: Type.Integer(),
  remaining: Type.Integer(),
  expiresAt: rfc3339,
  state: Type.Enum(['usable', 'exhausted', 'expired', 'revoked'])
}
export const ClaimKeysBody = Type.Object({ claimKeys: Type.Array(Type.Object(claimKey)) })
export const ClaimKeyBody = Type.Object({ ...claimKey, key: Type.String() })

const changes = { added: Type.Integer(), changed: Type.Integer() }
export const ImportBody = Type.Object({
  dryRun: Type.Boolean(),
  applied: Type.Boolean(),
  rows: Type.Integer(),
  assets: Type.Object({ ...changes, unchanged: Type.Integer() }),
  devices: Type.Object(changes),
  faults: Type.Array(
    Type.Object({ row: Type.Integer(), column: Type.Optional(Type.String()), message: Type.String() })
  ),
  faultCount: Type.Integer()
})
