import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { App } from '../app.ts'

/**
 * The built pages: the console at `/`, the residents' page at `/parking`. Names of assets carry their hash, so browsers
 * keep them for good; the pages themselves are asked for again each time.
 */
export async function pageRoutes(app: App, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
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
  const page = { schema: { hide: true }, config: { access: 'public' as const } }
  app.get('/', page, (_request, reply) => reply.sendFile('index.html'))
  app.get('/parking', page, (_request, reply) => reply.sendFile('parking.html'))
}
