import type { FastifyRequest } from 'fastify'
import { ApiFault } from './api-fault.ts'

/**
 * Why a request for another protocol cannot be granted, if so: only the live route speaks WebSocket, and the handshake must
 * be whole (RFC 6455, 4.2.1). The library behind would answer in a form of its own.
 */
export function upgradeFault(request: FastifyRequest): ApiFault | undefined {
  const { upgrade, connection = '' } = request.headers
  if (upgrade === undefined || !/\bupgrade\b/i.test(connection)) return undefined
  if (request.is404) return new ApiFault('not-found')
  if (request.routeOptions.url !== '/api/live') {
    return new ApiFault('bad-request', { path: 'headers/upgrade', expected: 'only /api/live is a WebSocket' })
  }
  const expected = handshakeFault(request)
  return expected === undefined ? undefined : new ApiFault('bad-request', { path: 'headers', expected })
}

function handshakeFault({ method, headers }: FastifyRequest): string | undefined {
  if (method !== 'GET') return 'the method GET'
  if (headers.upgrade?.toLowerCase() !== 'websocket') return 'upgrade: websocket'
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) return 'sec-websocket-key: 16 bytes as base64'
  if (headers['sec-websocket-version'] !== '13') return 'sec-websocket-version: 13'
  // We know no sub-protocol and no extension; what is offered is passed over, but must be a list of names.
  const offered = headers['sec-websocket-protocol']
  if (offered !== undefined && !/^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/.test(offered)) {
    return 'sec-websocket-protocol: names with commas between'
  }
  return undefined
}
