import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Log } from '../log.ts'

/** What a listener with TLS needs, as PEM text. */
export type TlsIdentity = {
  certificate: string
  key: string
  /** With it a client must show a certificate that this authority signed. */
  clientAuthority?: string
}

export type Listener = {
  readonly port: number
  /** Takes no more connections, ends those that are there, and resolves when all are gone. */
  close(): Promise<void>
}

/** Listens, with TLS or without. Rejects where the port cannot be had (`EADDRINUSE`). */
export async function openListener({
  host,
  port,
  tls,
  maxConnections,
  handshakeTimeout,
  accept,
  log
}: {
  host: string
  port: number
  tls?: TlsIdentity
  maxConnections: number
  /** Milliseconds that a TLS handshake may take. */
  handshakeTimeout: number
  accept: (socket: Socket) => void
  log: Log
}): Promise<Listener> {
  const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
  const server: Server =
    tls === undefined
      ? createPlainServer(options, accept)
      : createTlsServer(
          {
            ...options,
            handshakeTimeout,
            minVersion: 'TLSv1.2',
            cert: tls.certificate,
            key: tls.key,
            ...(tls.clientAuthority === undefined
              ? {}
              : { ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true })
          },
          accept
        )
  server.maxConnections = maxConnections
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    log('info', 'A TLS handshake failed', { from: socket.remoteAddress, error: error.message })
  })
  // Raw sockets: one in the middle of a TLS handshake is nobody's yet.
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of open) socket.destroy()
      await closed
    }
  }
}
