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

/** Common name of the client certificate with which it may sign in where the listener asks for one. */
const certificateSubject = Type.Optional(Type.String({ minLength: 1, maxLength: 128 }))

/** How to reach a broker that is not ours. The password is in the environment, never in a file of the city. */
export const UpstreamBroker = Type.Object(
  {
    url: Type.String({ pattern: '^mqtts?://[^/?#@]+$', description: 'mqtt:// or mqtts://, host and port' }),
    username: Type.Optional(Type.String({ maxLength: 200 })),
    /** Name of the environment variable that holds the password. */
    passwordVariable: Type.Optional(Type.String({ pattern: '^[A-Z][A-Z0-9_]{0,63}$' })),
    /** Names the persistent session there; default: `city-brain-` and the city's id, of a gateway's broker with `-` and its id. */
    clientId: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** PEM file of the authority that signed its certificate, relative to the city's folder; default: the system's. */
    authority: Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))
  },
  { additionalProperties: false }
)
export type UpstreamBroker = Static<typeof UpstreamBroker>

export const DeviceRegistration = Type.Object(
  {
    id: EntityId,
    area: EntityId,
    domain: Type.Enum([...domains]),
    /** Entities it may report. A device whose own id is an entity's reports that one without being listed. */
    entities: Type.Optional(Type.Array(EntityId, { maxItems: 10_000 })),
    source: Type.Optional(SourceKind),
    certificateSubject,
    /** Make and model, e.g. `sensoneo-single`: which devices behave alike. */
    profile: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    /** How often it is expected to say something; its entities' own `expectedInterval` goes before. */
    expectedInterval: Type.Optional(Type.Number({ minimum: 1, maximum: 2_592_000, unit: 's' })),
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
    certificateSubject,
    /** Another broker that the city subscribes to; the messages there are this gateway's. */
    broker: Type.Optional(UpstreamBroker),
    /** Whether it may deliver over HTTP, with its secret. */
    webhook: Type.Optional(Type.Boolean()),
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
