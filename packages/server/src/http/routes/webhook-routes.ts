import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { answers, DeliveryBody } from '../wire-schemas.ts'

const limits = {
  /** As a packet at the broker; above 64 kB it is a dead letter that keeps its length and hash. */
  bodyBytes: 1_000_000,
  /** A network server delivers for thousands of devices from one address: a thousand a second. */
  requests: 60_000,
  /** No registered name is longer, and what is remembered of a stranger is bounded. */
  nameLength: 100,
  /** Seconds after which a sender may try again what could not be stored, or a secret after too many wrong ones. */
  retryAfter: 10
}

/** One level of a topic: nothing that MQTT gives a meaning to. */
const level = /^[A-Za-z0-9._~@:-]{1,64}$/
const maxLevels = 8
/** What a secret may look like in a header: ours are hexadecimal. */
const bearer = /^Bearer +([\x21-\x7e]{1,256})$/i

/**
 * Network servers that deliver over HTTP. A delivery goes the way of an MQTT publish, and is answered when its fate is on
 * disk. What cannot be accepted is in the dead letters and answered with 200 as well: senders take everything else for an
 * outage, repeat it or give up the webhook, and sending the same again would change nothing.
 */
export function webhookRoutes(app: App, { deliveries }: AppParts): void {
  const handler = async (request: FastifyRequest<Delivery>) => {
    const topic = topicOf(request.params, request.query.event)
    try {
      return await deliveries.receive(
        request.params.gateway,
        topic,
        (request.body as Buffer | undefined) ?? Buffer.alloc(0)
      )
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'not-stored') throw error
      throw new ApiFault('not-stored', { retryAfter: limits.retryAfter })
    }
  }
  const options = {
    schema: {
      tags: ['webhooks'],
      summary:
        'A delivery of a gateway with `webhook: true`, with `Authorization: Bearer SECRET`; answered when it is on disk',
      security: [{ secret: [] }],
      // The rest of the path is not in it: TypeBox cannot compile a property called `*`.
      params: Type.Object({ gateway: Type.String({ maxLength: 64, description: 'Id of the gateway' }) }),
      querystring: Type.Object({
        event: Type.Optional(
          Type.String({ maxLength: 64, description: 'Last level of the topic, as ChirpStack says it' })
        )
      }),
      response: answers(DeliveryBody)
    },
    config: { access: 'secret' as const, rateLimit: { max: limits.requests, timeWindow: 60_000 } },
    bodyLimit: limits.bodyBytes,
    // Before the body is read: a stranger may not even send one.
    onRequest: (request: FastifyRequest) => admit(deliveries, request)
  }

  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    scope.post<Delivery>('/api/webhooks/:gateway', options, handler)
    scope.post<Delivery>('/api/webhooks/:gateway/*', options, handler)
    done()
  })
}

type Params = { gateway: string; '*'?: string }
type Delivery = { Params: Params; Querystring: { event?: string } }

async function admit(deliveries: AppParts['deliveries'], request: FastifyRequest): Promise<void> {
  const { gateway } = request.params as Params
  // No secret is a wrong one, and an id that nobody can have a wrong one too: so all of it is limited and told alike.
  const secret = bearer.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const refusal = await deliveries.admit(gateway.slice(0, limits.nameLength), Buffer.from(secret), request.ip)
  if (refusal === 'throttled') throw new ApiFault('too-many-requests', { retryAfter: limits.retryAfter })
  if (refusal !== undefined) throw new ApiFault('wrong-credentials')
  if (!deliveries.isOpenTo(gateway)) {
    throw new ApiFault('not-authorised', { path: 'params/gateway', expected: 'webhook: true in devices.yaml' })
  }
}

/** `webhook/{gateway}`, the rest of the path, and the event of the query: ChirpStack tells it there. */
function topicOf({ gateway, '*': rest }: Params, event: string | undefined): string {
  const levels = rest === undefined || rest === '' ? [] : rest.split('/')
  if (event !== undefined) levels.push(event)
  if (levels.length > maxLevels || levels.some((each) => !level.test(each))) {
    throw new ApiFault('bad-request', {
      path: 'params/*',
      expected: `at most ${maxLevels} levels of letters, digits and . _ ~ @ : -`
    })
  }
  return ['webhook', gateway, ...levels].join('/')
}
