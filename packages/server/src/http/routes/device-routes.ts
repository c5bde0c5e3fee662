import {
  type ClaimKeyAnswer,
  type ClaimKeysAnswer,
  DeviceRegistration,
  type DeviceSecretAnswer,
  domains,
  EntityId
} from '@city-brain/model'
import Type from 'typebox'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { sessionOf } from '../session-guard.ts'
import { answers, ClaimKeyBody, ClaimKeysBody, DeviceSecretBody, DevicesBody } from '../wire-schemas.ts'

const closed = { additionalProperties: false } as const
const params = Type.Object({ id: Type.String({ maxLength: 64 }) })

/** Who may speak: devices, their secrets, and the keys with which a batch of them is provisioned. */
export function deviceRoutes(app: App, { devices, claims, claimLimit }: AppParts): void {
  const tags = ['devices']

  app.get(
    '/api/devices',
    {
      schema: {
        tags,
        summary: 'Devices and gateways by id, the revoked too',
        querystring: Type.Object(
          {
            after: Type.Optional(Type.String({ maxLength: 64, description: 'Id: only those that come after it' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 }))
          },
          closed
        ),
        response: answers(DevicesBody)
      }
    },
    (request) => devices.list(request.query)
  )
  app.post(
    '/api/devices',
    {
      schema: {
        tags,
        summary: 'Register a device; its secret is told this once',
        body: DeviceRegistration,
        response: answers(DeviceSecretBody, 201)
      }
    },
    async (request, reply) => {
      const made: DeviceSecretAnswer = await devices.add(request.body, sessionOf(request).operator)
      return reply.code(201).send(made)
    }
  )
  app.post(
    '/api/devices/:id/rotate',
    {
      schema: {
        tags,
        summary: 'A new secret; the one before no longer works, and its connections are closed',
        params,
        response: answers(DeviceSecretBody)
      }
    },
    (request): Promise<DeviceSecretAnswer> => devices.rotate(request.params.id, sessionOf(request).operator)
  )
  app.delete(
    '/api/devices/:id',
    {
      schema: {
        tags,
        summary: 'Revoke a device or gateway: its secret is gone and its connections are closed, for good',
        params,
        response: answers(Type.Null(), 204)
      }
    },
    async (request, reply) => {
      await devices.revoke(request.params.id, sessionOf(request).operator)
      return reply.code(204).send(null)
    }
  )

  app.get(
    '/api/claim-keys',
    { schema: { tags, summary: 'Claim keys, the newest first', response: answers(ClaimKeysBody) } },
    (): ClaimKeysAnswer => ({ claimKeys: claims.list() })
  )
  app.post(
    '/api/claim-keys',
    {
      schema: {
        tags,
        summary: 'A key with which so many devices can be claimed; it is told this once',
        body: Type.Object(
          {
            area: EntityId,
            domain: Type.Enum([...domains]),
            profile: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
            count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000, description: 'Default: 1' })),
            days: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650, description: 'Default: 30' })),
            prefix: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9._-]{0,62}$' }))
          },
          closed
        ),
        response: answers(ClaimKeyBody, 201)
      }
    },
    async (request, reply) => {
      const made: ClaimKeyAnswer = await claims.create(request.body, sessionOf(request).operator)
      return reply.code(201).send(made)
    }
  )
  app.delete(
    '/api/claim-keys/:id',
    { schema: { tags, summary: 'Revoke a claim key', params, response: answers(Type.Null(), 204) } },
    async (request, reply) => {
      await claims.revoke(request.params.id, sessionOf(request).operator)
      return reply.code(204).send(null)
    }
  )
  app.post(
    '/api/devices/claim',
    {
      schema: {
        tags,
        summary: "A device's secret, told this once, for whoever has a claim key; public",
        body: Type.Object({ key: Type.String({ minLength: 1, maxLength: 200 }), device: EntityId }, closed),
        response: answers(DeviceSecretBody)
      },
      config: { access: 'public' }
    },
    async (request): Promise<DeviceSecretAnswer> => {
      const wait = claimLimit.secondsToWait(request.ip)
      if (wait > 0) throw new ApiFault('too-many-requests', { retryAfter: wait })
      const { key, device } = request.body
      return claims.claim(key, device, request.ip, () => claimLimit.failed(request.ip))
    }
  )
}
