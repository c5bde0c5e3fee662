import type { Clock } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Intake } from '../intake/intake.ts'
import type { Log } from '../log.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { type CheckCredentials, createAuthenticate } from './authenticate.ts'
import type { CityBroker } from './city-broker.ts'
import type { Connections } from './connections.ts'
import { type BrokerLimits, createBroker, type ListenerSettings } from './create-broker.ts'
import { createDevicePolicy, type RateLimits } from './device-policy.ts'
import { createMessageRates } from './message-rate.ts'
import type { TlsIdentity } from './open-listener.ts'
import type { ReadGate } from './read-gate.ts'
import type { RefusalReport } from './refusal-report.ts'

/** TLS beside the plain port: devices show a certificate of their own where there is an authority for them. */
export type TlsListener = TlsIdentity & { port: number }

export type DeviceBroker = {
  broker: CityBroker
  port?: number
  tlsPort?: number
  close(): Promise<void>
}

/** The broker that devices and gateways come to, on a plain port, with TLS, or both. */
export async function openDeviceBroker({
  directory,
  connections,
  intake,
  gate,
  checkCredentials,
  storing,
  attempts,
  report,
  clock,
  host,
  port,
  tls,
  limits,
  log
}: {
  directory: Directory
  connections: Connections
  intake: Intake
  gate: ReadGate
  checkCredentials: CheckCredentials
  storing: () => boolean
  attempts: AttemptLimit
  report: RefusalReport
  clock: Clock
  host: string
  port: number | undefined
  tls: TlsListener | undefined
  limits: BrokerLimits & RateLimits
  log: Log
}): Promise<DeviceBroker> {
  const authenticate = createAuthenticate({ directory, connections, checkCredentials, storing, attempts, report, log })
  const rateOf = createMessageRates({ clock })
  const plain: ListenerSettings[] = port === undefined ? [] : [{ host, port }]
  const withTls: ListenerSettings[] = tls === undefined ? [] : [{ host, port: tls.port, tls }]
  const { ports, ...running } = await createBroker({
    policy: createDevicePolicy({ directory, connections, intake, authenticate, rateOf, limits }),
    gate,
    listeners: [...plain, ...withTls],
    limits,
    onConnected: connections.opened,
    onDisconnected: connections.closed,
    log
  })
  return {
    ...running,
    ...(port === undefined ? {} : { port: ports[0] }),
    ...(tls === undefined ? {} : { tlsPort: ports.at(-1) })
  }
}
