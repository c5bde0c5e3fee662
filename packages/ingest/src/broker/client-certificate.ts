import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/**
 * The common name of the certificate that a client has shown, empty where its certificate has none; undefined where it has
 * shown none. The listener has checked before that the devices' authority signed it.
 */
export function certificateSubject(connection: Duplex): string | undefined {
  if (!(connection instanceof TLSSocket)) return undefined
  const certificate = connection.getPeerCertificate() as Partial<ReturnType<TLSSocket['getPeerCertificate']>>
  if (certificate.subject === undefined) return undefined
  const name: string | string[] | undefined = certificate.subject.CN
  return typeof name === 'string' ? name : ''
}
