import type { Socket } from 'node:net'
import type { AedesOptions } from 'aedes'
import type { Directory } from '../directory/directory.ts'
import type { Log } from '../log.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { certificateSubject } from './client-certificate.ts'
import type { Connections } from './connections.ts'
import { networkOf } from './network-of.ts'
import type { RefusalReason, RefusalReport } from './refusal-report.ts'

export type CheckCredentials = (username: string, password: Buffer) => boolean | Promise<boolean>

/** Return codes of CONNACK [MQTT-3.2.2.3]. */
const refusals = {
  unavailable: { returnCode: 3, message: 'the city can store nothing at the moment' },
  credentials: { returnCode: 4, message: 'bad user name or password' },
  throttled: { returnCode: 5, message: 'too many wrong passwords; wait and try again' },
  unregistered: { returnCode: 5, message: 'not registered' }
} as const

/**
 * The name is the id of a device or gateway, the password its secret. A client that has shown a certificate needs neither:
 * it is whoever is registered with the certificate's common name, and may not call itself otherwise. While the journal stores nothing, nobody is let in:
 * whoever came would only be sent away at its first message. Wrong secrets are limited by name and by the socket's address.
 */
export function createAuthenticate({
  directory,
  connections,
  checkCredentials,
  storing,
  attempts,
  report,
  log
}: {
  directory: Directory
  connections: Connections
  checkCredentials: CheckCredentials
  storing: () => boolean
  attempts: AttemptLimit
  report: RefusalReport
  log: Log
}): NonNullable<AedesOptions['authenticate']> {
  return (client, username, password, done) => {
    const refuse = (why: keyof typeof refusals) => {
      const { returnCode, message } = refusals[why]
      done(Object.assign(new Error(message), { returnCode }), null)
    }
    const address = networkOf((client.conn as Partial<Socket>).remoteAddress)
    // No registered name is longer, and what is remembered of a stranger is bounded.
    const name = username?.slice(0, 100) ?? ''
    const refuseAttempt = (why: keyof typeof refusals, reason: RefusalReason, device = directory.speaker(name)?.id) => {
      report.add({ device, address, reason })
      refuse(why)
    }
    const decide = async () => {
      const subject = certificateSubject(client.conn)
      if (subject !== undefined) {
        const certified = directory.certified(subject)
        if (certified === undefined) return refuseAttempt('unregistered', 'not-registered')
        if (username !== undefined && username !== certified.id) {
          return refuseAttempt('credentials', 'wrong-credentials', certified.id)
        }
        if (!storing()) return refuse('unavailable')
        connections.identify(client, certified)
        return done(null, true)
      }
      if (!attempts.admits(name, address)) return refuseAttempt('throttled', 'throttled')
      // Asked first, so that a stranger learns nothing about who is registered.
      const right = username !== undefined && password !== undefined && (await checkCredentials(username, password))
      if (!right) {
        attempts.failed(name, address)
        return refuseAttempt('credentials', 'wrong-credentials')
      }
      const speaker = directory.speaker(username)
      if (speaker === undefined) return refuseAttempt('unregistered', 'not-registered', username)
      if (!storing()) return refuse('unavailable')
      attempts.succeeded(name, address)
      connections.identify(client, speaker)
      done(null, true)
    }
    decide().catch((error: unknown) => {
      log('error', 'The credentials of a connection could not be checked', { error: String(error) })
      refuse('unavailable')
    })
  }
}
