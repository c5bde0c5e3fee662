import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Answers with a large JSON text that does not change while the city runs: compressed once, when it is first asked for,
 * and with an entity tag, so that a browser that has it is told so.
 */
export function createTextAnswer(text: string, contentType: string) {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  const bytes = Buffer.from(text)
  const compressed = new Map<string, Promise<Buffer>>()
  const encode = (encoding: 'br' | 'gzip'): Promise<Buffer> => {
    const known = compressed.get(encoding)
    if (known !== undefined) return known
    const made =
      encoding === 'br'
        ? promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
        : promisify(gzip)(bytes)
    compressed.set(encoding, made)
    return made
  }

  return async (request: FastifyRequest, reply: FastifyReply, cacheControl: string): Promise<FastifyReply> => {
    reply.header('etag', etag).header('vary', 'accept-encoding').header('cache-control', cacheControl)
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    reply.type(contentType)
    const accepted = String(request.headers['accept-encoding'] ?? '')
    const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined
    if (!encoding) return reply.send(bytes)
    return reply.header('content-encoding', encoding).send(await encode(encoding))
  }
}
