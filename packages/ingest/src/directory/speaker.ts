import { type DeviceRegistration, type Domain, type GatewayRegistration, topicMatches } from '@city-brain/model'
import { filterCovers } from './topic-filter.ts'

/** What a message is, by the topic that it came on. */
export type MessageChannel = 'telemetry' | 'status' | 'ack' | 'spat'

export type SourceKind = 'live' | 'backfill' | 'timekeeper'

/** One credential with what it may say and hear: a device or a gateway of `devices.yaml`. */
export interface Speaker {
  readonly id: string
  readonly kind: 'device' | 'gateway'
  readonly source: SourceKind
  /** The entities that it names in so many words; a device's own id is not among them unless it was listed. */
  readonly entities: ReadonlySet<string>
  /** The topic on which it takes commands; gateways have none. */
  readonly commandTopic: string | undefined
  /** It was revoked while it was connected: nothing that it still says is taken. */
  readonly revoked?: boolean
  /** What a message on this topic would be, or undefined where it may not publish there. */
  channelOf(topic: string): MessageChannel | undefined
  maySubscribe(filter: string): boolean
  mayReport(entity: string): boolean
}

const deviceChannels: Record<string, MessageChannel | undefined> = Object.assign(Object.create(null), {
  obs: 'telemetry',
  status: 'status',
  ack: 'ack',
  spat: 'spat'
})

/**
 * Of a device, whose registration may change while it is connected: the connection holds the speaker, so it is changed in
 * place. Its area and domain, and with them its topics, stay.
 */
export interface DeviceSpeaker extends Speaker {
  /** It may report these instead. */
  setEntities(entities: readonly string[]): void
  revoke(): void
}

/** A device speaks under `city/{area}/{domain}/{id}/` and hears its own `cmd`, nothing else. */
export function createDeviceSpeaker(registration: DeviceRegistration): DeviceSpeaker {
  const { id, area } = registration
  const domain: Domain = registration.domain
  const prefix = `city/${area}/${domain}/${id}/`
  const entities = new Set(registration.entities ?? [])
  const commandTopic = `${prefix}cmd`
  let revoked = false
  return {
    id,
    kind: 'device',
    source: registration.source ?? 'live',
    entities,
    commandTopic,
    get revoked() {
      return revoked
    },
    channelOf: (topic) =>
      topic.startsWith(prefix) && !revoked ? deviceChannels[topic.slice(prefix.length)] : undefined,
    maySubscribe: (filter) => filter === commandTopic && !revoked,
    mayReport: (entity) => entity === id || entities.has(entity),
    setEntities(next) {
      entities.clear()
      for (const entity of next) entities.add(entity)
    },
    revoke() {
      revoked = true
    }
  }
}

/** A gateway speaks on the topic filters of its registration, never below `city/` or `$`, and all that it says is telemetry. */
export function createGatewaySpeaker(registration: GatewayRegistration): Speaker {
  const { id, topics, subscribe = [], entityPrefix } = registration
  const entities = new Set(registration.entities ?? [])
  return {
    id,
    kind: 'gateway',
    source: registration.source ?? 'live',
    entities,
    commandTopic: undefined,
    channelOf: (topic) =>
      !topic.startsWith('city/') && !topic.startsWith('$') && topics.some((filter) => topicMatches(filter, topic))
        ? 'telemetry'
        : undefined,
    maySubscribe: (filter) => subscribe.some((allowed) => filterCovers(allowed, filter)),
    mayReport: (entity) => entities.has(entity) || (entityPrefix !== undefined && entity.startsWith(entityPrefix))
  }
}
