import {
  type DeviceRegistration,
  type DeviceSummary,
  type DevicesAnswer,
  formatInstant,
  type LatestDevice,
  type LatestEntity,
  parseInstant
} from '@city-brain/model'
import type { DeviceSecrets } from '../identity/device-secrets.ts'
import { checkRegistration } from './check-registration.ts'
import type { Registered, Registry } from './registry.ts'
import { RegistryFault } from './registry-fault.ts'

export type Devices = {
  /** By id; `next` is the `after` of the page that follows. */
  list(query: { after?: string; limit?: number }): DevicesAnswer
  /** Registers a device. Its secret is told this once. */
  add(device: DeviceRegistration, operator: string): Promise<{ id: string; secret: string }>
  /** A new secret; the one before no longer works, and whoever is connected with it is disconnected. */
  rotate(id: string, operator: string): Promise<{ id: string; secret: string }>
  /** Its secret is gone, its connections are closed, and it stays revoked over restarts. */
  revoke(id: string, operator: string): Promise<void>
}

/** Entities that a line of the list names; the count is that of all. */
const named = 100

/** The devices of a running city: what operators do with them, and how they are. */
export function createDevices({
  registry,
  secrets,
  connections,
  latest,
  statuses,
  now
}: {
  registry: Registry
  secrets: DeviceSecrets
  connections: { disconnect(device: string): void; isConnected(device: string): boolean }
  latest: { get(entity: string): LatestEntity | undefined }
  statuses: { get(device: string): LatestDevice | undefined }
  /** Milliseconds since 1970. */
  now: () => number
}): Devices {
  const startedAt = now()
  /** When a device was registered or changed since the start, milliseconds since 1970. */
  const registeredAt = new Map<string, number>()
  registry.onChange((changes) => {
    for (const change of changes) if (change.change === 'device') registeredAt.set(change.device.id, now())
  })

  const found = (id: string): Registered => {
    const one = registry.find(id)
    if (!one) throw new RegistryFault('not-found', `There is no device ${id}.`)
    if (one.revoked) throw new RegistryFault('conflict', `${id} is revoked.`)
    return one
  }

  /** The newest sign of life: a reading of one of its entities, or a birth or will. */
  const lastSeen = (id: string, entities: readonly string[]): number | undefined => {
    const readings = [id, ...entities].map((entity) => parseInstant(latest.get(entity)?.receivedAt ?? ''))
    const status = parseInstant(statuses.get(id)?.since ?? '')
    const times = [...readings, status].filter((time) => time !== undefined)
    return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b))
  }

  const summary = (one: Registered): DeviceSummary => {
    const { id, kind, from, revoked, registration } = one
    const { entities = [], certificateSubject } = registration
    const seen = lastSeen(id, entities)
    const device = one.kind === 'device' ? one.registration : undefined
    const interval = device?.expectedInterval
    return {
      id,
      kind,
      from,
      revoked,
      secret: !revoked && secrets.has(id),
      connected: connections.isConnected(id),
      entities: entities.slice(0, named),
      entityCount: entities.length,
      ...(device ? { area: device.area, domain: device.domain } : {}),
      ...(device?.profile === undefined ? {} : { profile: device.profile }),
      ...(interval === undefined ? {} : { expectedInterval: interval }),
      ...(certificateSubject === undefined ? {} : { certificateSubject }),
      ...(seen === undefined ? {} : { lastSeen: formatInstant(seen) }),
      // As for entities: three missed ones. Who was never seen has had since its registration, or since the start.
      ...(interval !== undefined && !revoked && now() - (seen ?? registeredAt.get(id) ?? startedAt) > 3_000 * interval
        ? { overdue: true as const }
        : {})
    }
  }

  return {
    list({ after, limit = 200 }) {
      const ids = registry
        .all()
        .filter(({ id }) => after === undefined || id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
      const devices = ids.slice(0, limit).map(summary)
      const next = devices.at(-1)?.id
      return { devices, ...(ids.length > limit && next !== undefined ? { next } : {}) }
    },
    add: (device, operator) =>
      registry.exclusive(async () => {
        checkRegistration(registry, device)
        const detail = { area: device.area, domain: device.domain }
        await registry.commit([{ change: 'device', device }], {
          action: 'device-added',
          operator,
          subject: device.id,
          detail
        })
        return { id: device.id, secret: secrets.renew(device.id) }
      }),
    rotate: (id, operator) =>
      registry.exclusive(async () => {
        found(id)
        await registry.commit([], { action: 'device-secret', operator, subject: id })
        const secret = secrets.renew(id)
        // Whoever is connected with the old secret is not any more.
        connections.disconnect(id)
        return { id, secret }
      }),
    revoke: (id, operator) =>
      registry.exclusive(async () => {
        found(id)
        // First what opens the door: should the rest fail, it is shut all the same.
        secrets.remove(id)
        connections.disconnect(id)
        await registry.commit([{ change: 'device-revoked', id }], { action: 'device-revoked', operator, subject: id })
        // Who came in between has found the secret gone; who was about to be let in is sent away now.
        connections.disconnect(id)
      })
  }
}
