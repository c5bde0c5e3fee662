import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { ApiFault } from './api-fault.ts'

/** Faults for which HTTP has a status of its own; everything else that is no HTTP is a bad request. */
const statuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** Answers what is no HTTP at all, in the form of every other error, and closes the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code !== 'ECONNRESET' && socket.writable && !socket.destroyed) {
    const status = statuses[error.code ?? ''] ?? 400
    const body = JSON.stringify(new ApiFault('bad-request'))
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'x-content-type-options: nosniff',
      'cache-control: no-store',
      'connection: close'
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  }
  socket.destroy(error)
}
