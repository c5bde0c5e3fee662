import type { EventEmitter } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import { createServer } from 'node:net'
import type { PublishPacket } from 'aedes'
import type { Directory } from '../directory/directory.ts'
import type { Intake } from '../intake/intake.ts'
import type { Log } from '../log.ts'
import type { AttemptLimit } from './attempt-limit.ts'
import { type CheckCredentials, createAuthenticate } from './authenticate.ts'
import { CityBroker } from './city-broker.ts'
import { boundClientId, speakerOf } from './client-id.ts'
import type { Connections } from './connections.ts'
import type { ReadGate } from './read-gate.ts'
import type { RefusalReport } from './refusal-report.ts'
import { createSessionStore, type SessionLimits } from './session-store.ts'

export type BrokerLimits = SessionLimits & {
  maxConnections: number
  /** A connection whose packet is longer is closed: MQTT 3.1.1 has no words for it. */
  maxPacketBytes: number
  /** QoS 2 messages of one client that wait for their PUBREL. */
  maxInflightInbound: number
  /** How long a new connection may take to say who it is, milliseconds. */
  connectTimeout: number
}

export type RunningBroker = {
  broker: CityBroker
  port: number
  close(): Promise<void>
}

/**
 * The embedded MQTT broker. Nothing is acknowledged before the pipeline settles it: aedes sends the PUBACK before it
 * publishes, so it is `authorizePublish` that holds a message back; the messages of one client still overlap there. An
 * error from it closes the connection, so only a message that could not be stored gets one.
 */
export async function createBroker({
  directory,
  connections,
  intake,
  gate,
  checkCredentials,
  storing,
  attempts,
  report,
  host,
  port,
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
  host: string
  port: number
  limits: BrokerLimits
  log: Log
}): Promise<RunningBroker> {
  const mayHear = (clientId: string, filter: string) =>
    directory.speaker(speakerOf(clientId))?.maySubscribe(filter) ?? false

  const broker = new CityBroker({
    // Its own bound crashes when a subscriber leaves under load; ours is the read gate.
    concurrency: 0,
    maxInflightInbound: limits.maxInflightInbound,
    maxTopicLevels: 20,
    connectTimeout: limits.connectTimeout,
    // Ours are longer than the 23 characters of MQTT 3.1, because the speaker's name stands in front.
    maxClientsIdLength: 200,
    persistence: createSessionStore({
      limits,
      mayHear,
      onDropped: (client) => log('warn', 'The queue of an absent client is full; a message was dropped', { client })
    }),
    preConnect: (_client, packet, done) => {
      if (packet.clientId === '' && !packet.clean) return done(new Error('a session to keep needs a client id'), false)
      packet.clientId = boundClientId(packet.username ?? '', packet.clientId)
      done(null, true)
    },
    authenticate: createAuthenticate({ directory, connections, checkCredentials, storing, attempts, report, log }),
    authorizeSubscribe: (client, subscription, done) => {
      const allowed = mayHear(client.id, subscription.topic)
      if (!allowed)
        log('warn', 'A subscription was refused', { client: client.id, filter: subscription.topic.slice(0, 200) })
      done(null, allowed ? subscription : null)
    },
    // A second look at delivery: what waited in a session may be no longer, or never have been, for this client.
    authorizeForward: (client, packet) => (mayHear(client.id, packet.topic) ? packet : null),
    authorizePublish: (client, packet, done) => {
      // Of a will the client can be gone; the store has written its id on the packet.
      const { clientId } = packet as PublishPacket & { clientId?: string }
      const speaker = client ? connections.speakerOf(client) : directory.speaker(speakerOf(clientId ?? ''))
      if (speaker === undefined) return done(new Error('not authorised'))
      // A will's payload is text where the client gave it as text.
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
      const message = intake.receive(speaker, packet.topic, payload, done)
      if (message.route.heard && message.fault === undefined && !message.duplicate) {
        // Only status is kept for those who subscribe later.
        if (message.route.channel !== 'status') packet.retain = false
        broker.handOn(packet)
      }
    }
  })
  broker.on('client', (client) => connections.opened(client))
  broker.on('clientDisconnect', (client) => connections.closed(client))
  broker.on('clientError', (client, error) => {
    log('info', 'A connection ended with an error', { client: client.id, error: error.message })
  })
  broker.on('connectionError', (_client, error) => {
    log('info', 'A connection ended before it was accepted', { error: error.message })
  })
  // Emitted by aedes, and missing in its types.
  ;(broker as EventEmitter).on('error', (error: Error) => log('error', 'The broker failed', { error: error.message }))
  await broker.listen()

  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }, (socket) => {
    guard(socket, broker, gate, limits.maxPacketBytes, log)
  })
  server.maxConnections = limits.maxConnections
  try {
    await listen(server, host, port)
  } catch (error) {
    await new Promise<void>((resolve) => broker.close(resolve))
    throw error
  }
  return {
    broker,
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      await new Promise<void>((resolve) => broker.close(resolve))
      await closed
    }
  }
}

function guard(socket: Socket, broker: CityBroker, gate: ReadGate, maxPacketBytes: number, log: Log): void {
  let client: unknown
  gate.guard(socket, () => {
    // What the parser holds is the begin of a packet whose end has not come yet.
    const held = (client as { _parser?: { _list?: { length: number } } } | undefined)?._parser?._list?.length ?? 0
    if (held <= maxPacketBytes) return false
    log('warn', 'A connection was closed: its packet is too long', { from: socket.remoteAddress, maxPacketBytes })
    return true
  })
  client = broker.handle(socket)
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
