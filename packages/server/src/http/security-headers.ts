import type { FastifyReply, FastifyRequest } from 'fastify'

/** A host that may stand in a header as it is. */
const plainHost = /^[\w.:[\]-]{1,255}$/

/**
 * What a browser may do with our answers: load only from here, never be framed. Its own WebSocket is named besides 'self',
 * because older Safari does not count ws: as the same origin.
 */
export function setSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const sockets = plainHost.test(request.host) ? ` ws://${request.host} wss://${request.host}` : ''
  reply.header(
    'content-security-policy',
    [
      "default-src 'self'",
      "worker-src 'self' blob:",
      "img-src 'self' data: blob:",
      "style-src 'self' 'unsafe-inline'",
      `connect-src 'self'${sockets}`,
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'"
    ].join('; ')
  )
  reply.header('x-content-type-options', 'nosniff')
  reply.header('referrer-policy', 'no-referrer')
  reply.header('cross-origin-opener-policy', 'same-origin')
  reply.header('cross-origin-resource-policy', 'same-origin')
  reply.header('permissions-policy', 'geolocation=(self), camera=(), microphone=()')
  if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000')
}

/** Whether a request comes from a page of another site. Programs that are no browser send neither header. */
export function isFromAnotherOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers
  if (origin !== undefined) return origin !== `${request.protocol}://${request.host}`
  const site = request.headers['sec-fetch-site']
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}
