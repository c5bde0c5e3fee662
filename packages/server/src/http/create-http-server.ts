import cookie from '@fastify/cookie'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox'
import websocket from '@fastify/websocket'
import fastify from 'fastify'
import Type from 'typebox'
import { closeCodes } from '../live/live-connection.ts'
import { ApiFault } from './api-fault.ts'
import type { App, AppParts } from './app.ts'
import { answerClientError } from './client-error.ts'
import { createErrorHandler } from './error-handler.ts'
import { limitConnections } from './limit-connections.ts'
import { cityRoutes } from './routes/city-routes.ts'
import { deviceRoutes } from './routes/device-routes.ts'
import { entityRoutes } from './routes/entity-routes.ts'
import { importRoute } from './routes/import-route.ts'
import { liveRoute } from './routes/live-route.ts'
import { operationRoutes } from './routes/operation-routes.ts'
import { createPageRoutes } from './routes/page-routes.ts'
import { radioDeviceRoutes } from './routes/radio-device-routes.ts'
import { sessionRoutes } from './routes/session-routes.ts'
import { webhookRoutes } from './routes/webhook-routes.ts'
import { setSecurityHeaders } from './security-headers.ts'
import { createSessionGuard } from './session-guard.ts'
import { upgradeFault } from './upgrade-fault.ts'

const limits = {
  /** Nothing that the API takes is larger. */
  bodyBytes: 64 * 1024,
  /** Requests a minute from one address: a console that is used hard needs about 200. */
  requests: 1_500,
  webSocketBytes: 4 * 1024,
  /** At once: some thousands of browsers, and below what one process may usually have open. */
  connections: 10_000
}

/** The HTTP server with all its routes, ready to listen. */
export async function createHttpServer(parts: AppParts): Promise<App> {
  const handleError = createErrorHandler(parts)
  const app: App = fastify({
    logger: false,
    // What never becomes a request for a route is answered in the same form.
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      setSecurityHeaders(request, reply)
      // No hook sees it, so nobody else closes the socket of a request for another protocol.
      if (request.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroySoon())
      return handleError(error, request, reply)
    },
    bodyLimit: limits.bodyBytes,
    // A proxy for TLS on this machine may say who is behind it; nobody else is believed.
    trustProxy: 'loopback',
    forceCloseConnections: true,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 300 }
  }).withTypeProvider<TypeBoxTypeProvider>()

  limitConnections(app.server, { most: limits.connections, clock: parts.clock, log: parts.log })
  app.setValidatorCompiler(TypeBoxValidatorCompiler)
  // Answers are typed; a serialiser made from a schema would silently leave out what the schema forgot.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.setErrorHandler(handleError)
  app.decorateRequest('session', undefined)

  await app.register(cookie)
  // Before every hook that may refuse: only requests that it has seen are closed when they are refused an upgrade.
  await app.register(websocket, {
    options: { maxPayload: limits.webSocketBytes, perMessageDeflate: false },
    preClose(done) {
      for (const client of app.websocketServer.clients) client.close(closeCodes.goingAway, 'the city stops')
      // Who does not answer within a second is not waited for.
      const force = setTimeout(() => {
        for (const client of app.websocketServer.clients) client.terminate()
      }, 1_000)
      app.websocketServer.close(() => {
        clearTimeout(force)
        done()
      })
    }
  })
  app.addHook('onRequest', (request, reply, done) => {
    setSecurityHeaders(request, reply)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    done(upgradeFault(request))
  })
  await app.register(rateLimit, {
    max: limits.requests,
    timeWindow: 60_000,
    cache: 20_000,
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: (_request, context) =>
      new ApiFault('too-many-requests', { retryAfter: Math.ceil(context.ttl / 1_000) })
  })
  app.addHook('onRequest', createSessionGuard(parts.identity))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: `City brain: ${parts.city.name.en}`,
        version: parts.version,
        description:
          'Sessions are cookies. Times are RFC 3339 in UTC. Every error has the body {code, message, path?, expected?}.'
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'city_brain_session' },
          secret: { type: 'http', scheme: 'bearer', description: "A gateway's secret" }
        }
      },
      security: [{ session: [] }]
    }
  })

  sessionRoutes(app, parts)
  cityRoutes(app, parts)
  entityRoutes(app, parts)
  operationRoutes(app, parts)
  deviceRoutes(app, parts)
  importRoute(app, parts)
  webhookRoutes(app, parts)
  radioDeviceRoutes(app, parts)
  liveRoute(app, parts)
  app.get(
    '/api/openapi.json',
    { schema: { tags: ['api'], summary: 'This description', response: { 200: Type.Unknown() } } },
    () => app.swagger()
  )
  if (parts.pages) await app.register(createPageRoutes(parts.pages))
  app.setNotFoundHandler(() => {
    throw new ApiFault('not-found')
  })
  await app.ready()
  return app
}
