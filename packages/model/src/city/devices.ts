import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { domains } from '../topic.ts'

/**
 * `devices.yaml`: who may speak. Secrets are not in it: the city generates them and keeps salted hashes.
 * A device speaks on `city/{area}/{domain}/{id}/…` for itself and for the entities listed. A gateway speaks on topic
 * patterns of its own, for the entities listed or for all of a prefix.
 */
const SourceKind = Type.Enum(['live', 'backfill', 'timekeeper'], {
  description:
    "live: the default. backfill: goes into history under its own date, live rules pass it by. timekeeper: its ticks are the city's time"
})

export const DeviceRegistration = Type.Object(
  {
    id: EntityId,
    area: EntityId,
    domain: Type.Enum([...domains]),
    /** Entities it may report. A device whose own id is an entity's reports that one without being listed. */
    entities: Type.Optional(Type.Array(EntityId, { maxItems: 10_000 })),
    source: Type.Optional(SourceKind),
    /** Driven by the built-in simulation, unless the city runs with --no-simulate. */
    simulated: Type.Optional(Type.Boolean())
  },
  { additionalProperties: false }
)
export type DeviceRegistration = Static<typeof DeviceRegistration>

export const GatewayRegistration = Type.Object(
  {
    id: EntityId,
    /** MQTT topic filters it may publish on, e.g. `lorawan/lumen/+/up`. Never below `city/`. */
    topics: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 100 }),
    /** Topic filters it may subscribe to, if any. */
    subscribe: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 })),
    entities: Type.Optional(Type.Array(EntityId, { maxItems: 100_000 })),
    entityPrefix: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'Entities whose id begins so' })
    ),
    source: Type.Optional(SourceKind),
    simulated: Type.Optional(Type.Boolean())
  },
  { additionalProperties: false }
)
export type GatewayRegistration = Static<typeof GatewayRegistration>

export const DeviceRegister = Type.Object(
  {
    devices: Type.Optional(Type.Array(DeviceRegistration, { maxItems: 100_000 })),
    gateways: Type.Optional(Type.Array(GatewayRegistration, { maxItems: 1_000 }))
  },
  { additionalProperties: false, $id: 'DeviceRegister' }
)
export type DeviceRegister = Static<typeof DeviceRegister>
