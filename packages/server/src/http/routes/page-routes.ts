import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

/**
 * The built pages: the console at `/`, the residents' page at `/parking`. Names of assets carry their hash, so browsers
 * keep them for good; the pages themselves are asked for again each time. They hold no data, so they are public.
 */
export function createPageRoutes(folder: string): FastifyPluginAsync {
  return async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public', rateLimit: false }
      route.schema = { ...route.schema, hide: true }
    })
    await pages.register(fastifyStatic, {
      root: folder,
      // Routes are made for the files that are there, and for nothing else.
      wildcard: false,
      index: false,
      preCompressed: true,
      cacheControl: false,
      setHeaders(reply, path) {
        const hashed = path.startsWith(join(folder, 'assets'))
        reply.setHeader('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      }
    })
    pages.get('/', (_request, reply) => reply.sendFile('index.html'))
    pages.get('/parking', (_request, reply) => reply.sendFile('parking.html'))
  }
}
