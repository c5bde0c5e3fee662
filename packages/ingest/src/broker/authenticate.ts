import type { AedesOptions } from 'aedes'
import type { Directory } from '../directory/directory.ts'
import type { Log } from '../log.ts'
import type { Connections } from './connections.ts'

export type CheckCredentials = (username: string, password: Buffer) => boolean | Promise<boolean>

/** Return codes of CONNACK [MQTT-3.2.2.3]. */
const refusals = {
  unavailable: { returnCode: 3, message: 'the city can store nothing at the moment' },
  credentials: { returnCode: 4, message: 'bad user name or password' },
  unregistered: { returnCode: 5, message: 'not registered' }
} as const

/**
 * The name is the id of a device or gateway, the password its secret. While the journal stores nothing, nobody is let in:
 * whoever came would only be sent away at its first message.
 */
export function createAuthenticate({
  directory,
  connections,
  checkCredentials,
  storing,
  log
}: {
  directory: Directory
  connections: Connections
  checkCredentials: CheckCredentials
  storing: () => boolean
  log: Log
}): NonNullable<AedesOptions['authenticate']> {
  return (client, username, password, done) => {
    const refuse = (why: keyof typeof refusals) => {
      const { returnCode, message } = refusals[why]
      log('warn', 'A connection was refused', { device: username?.slice(0, 64), reason: message })
      done(Object.assign(new Error(message), { returnCode }), null)
    }
    const decide = async () => {
      if (username === undefined || password === undefined) return refuse('credentials')
      // Asked first, so that a stranger learns nothing about who is registered.
      if (!(await checkCredentials(username, password))) return refuse('credentials')
      const speaker = directory.speaker(username)
      if (speaker === undefined) return refuse('unregistered')
      if (!storing()) return refuse('unavailable')
      connections.identify(client, speaker)
      done(null, true)
    }
    decide().catch((error: unknown) => {
      log('error', 'The credentials of a connection could not be checked', { device: username, error: String(error) })
      refuse('unavailable')
    })
  }
}
