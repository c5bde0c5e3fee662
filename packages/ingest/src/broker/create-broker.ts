import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Client } from 'aedes'
import type { Log } from '../log.ts'
import type { BrokerPolicy } from './broker-policy.ts'
import { CityBroker } from './city-broker.ts'
import { boundClientId } from './client-id.ts'
import { createDelivery } from './delivery.ts'
import { createInboundFlow, type InboundFlow } from './inbound-flow.ts'
import { type Listener, openListener, type TlsIdentity } from './open-listener.ts'
import type { ReadGate } from './read-gate.ts'
import { createSessionStore, type SessionLimits } from './session-store.ts'

export type BrokerLimits = SessionLimits & {
  maxConnections: number
  /** A connection that announces a longer packet is closed: MQTT 3.1.1 has no words for it. */
  maxPacketBytes: number
  /** Publishes of one client that wait for the disk before no more of it is read. */
  maxUnderWayPerClient: number
  /** QoS 2 messages of one client that wait for their PUBREL. */
  maxInflightInbound: number
  /** How long a new connection may take to say who it is, milliseconds. */
  connectTimeout: number
}

/** Where to listen; port 0 is any free one. */
export type ListenerSettings = { host: string; port: number; tls?: TlsIdentity }

export type RunningBroker = {
  broker: CityBroker
  /** In the order of the settings. */
  ports: number[]
  close(): Promise<void>
}

/**
 * The embedded MQTT broker. Nothing is acknowledged before the pipeline settles it: aedes sends the PUBACK before it
 * publishes, so it is `authorizePublish` that holds a message back; the messages of one client still overlap there. An
 * error from it closes the connection, so only a message that could not be stored gets one.
 */
export async function createBroker({
  policy,
  gate,
  listeners,
  limits,
  onConnected = () => undefined,
  onDisconnected = () => undefined,
  log
}: {
  policy: BrokerPolicy
  gate: ReadGate
  listeners: readonly ListenerSettings[]
  limits: BrokerLimits
  onConnected?: (client: Client) => void
  onDisconnected?: (client: Client) => void
  log: Log
}): Promise<RunningBroker> {
  const { maySubscribe, mayHear } = policy
  const flows = new WeakMap<Duplex, InboundFlow>()
  const accepted = new WeakSet<Client>()
  /** Clients that ask for a session to be kept under no name. */
  const nameless = new WeakSet<Client>()
  const sessions = createSessionStore({
    limits,
    maySubscribe,
    onDropped: (where) => log('warn', 'There is no room for a message that is to be kept; it is dropped', where)
  })
  const delivery = createDelivery({
    nextMessageId: sessions.nextMessageId,
    onSlow: (client) => log('warn', 'A subscriber does not read; its connection is closed', { client: client.id })
  })

  const broker = new CityBroker({
    // Its own bound crashes when a subscriber leaves under load; ours are the read gate and the delivery's.
    concurrency: 0,
    maxInflightInbound: limits.maxInflightInbound,
    maxTopicLevels: 20,
    connectTimeout: limits.connectTimeout,
    // Ours are longer than the 23 characters of MQTT 3.1, because the speaker's name stands in front.
    maxClientsIdLength: 200,
    persistence: sessions,
    preConnect: (client, packet, done) => {
      if (packet.clientId === '' && !packet.clean) nameless.add(client)
      packet.clientId = boundClientId(policy.owner(client, packet), packet.clientId)
      done(null, true)
    },
    authenticate: (client, username, password, done) => {
      // [MQTT-3.1.3-8]
      if (nameless.has(client)) return done(refusal(2, 'a session to keep needs a client id'), null)
      policy.authenticate(client, username, password, (error, successful) => {
        const rate = successful ? policy.rate(client) : undefined
        if (rate) flows.get(client.conn)?.limitTo(rate)
        done(error, successful)
      })
    },
    authorizeSubscribe: (client, subscription, done) => {
      const allowed = maySubscribe(client.id, subscription.topic) && delivery.filters(client) < limits.maxSubscriptions
      if (allowed) delivery.granted(client, subscription)
      else log('warn', 'A subscription was refused', { client: client.id, filter: subscription.topic.slice(0, 200) })
      done(null, allowed ? subscription : null)
    },
    // A second look at delivery: what waited in a session may be no longer, or never have been, for this client.
    authorizeForward: (client, packet) => (mayHear(client.id, packet.topic) ? packet : null),
    authorizePublish: (client, packet, done) => {
      const settle = (fault?: Error | null) => {
        if (client && !client.closed) flows.get(client.conn)?.settled()
        done(fault)
      }
      if (policy.receive(client, packet, settle)) broker.handOn(packet)
    }
  })
  broker.on('client', onConnected)
  broker.on('clientDisconnect', onDisconnected)
  broker.on('clientReady', (client) => delivery.settled(client))
  broker.on('subscribe', (_subscriptions, client) => delivery.settled(client))
  broker.on('unsubscribe', (filters, client) => delivery.ended(client, filters))
  broker.on('connackSent', ({ returnCode }, client) => {
    if (returnCode !== 0) return
    accepted.add(client)
    flows.get(client.conn)?.accepted()
  })
  /** Whatever was on its way to a client that is gone is an error of its own; the first says it all. */
  const failed = new WeakSet<Client>()
  broker.on('clientError', (client, error) => {
    if (failed.has(client)) return
    failed.add(client)
    // Before it was let in, its id begins with whatever it wrote as its name: that may be a secret in the wrong field.
    const who = accepted.has(client) ? { client: client.id } : {}
    log('info', 'A connection ended with an error', { ...who, error: error.message })
  })
  broker.on('connectionError', (_client, error) => {
    log('info', 'A connection ended before it was accepted', { error: error.message })
  })
  // Emitted by aedes, and missing in its types.
  ;(broker as EventEmitter).on('error', (error: Error) => log('error', 'The broker failed', { error: error.message }))
  await broker.listen()

  const accept = (socket: Socket) => {
    const flow = createInboundFlow({
      socket,
      gate,
      maxPacketBytes: limits.maxPacketBytes,
      maxUnderWay: limits.maxUnderWayPerClient,
      onFault: ({ message }) =>
        log('warn', 'A connection was closed: what it sent is no MQTT 3.1.1', { from: socket.remoteAddress, message })
    })
    flows.set(socket, flow)
    delivery.attach(broker.handle(socket))
  }
  const opened: Listener[] = []
  const close = async () => {
    await new Promise<void>((resolve) => broker.close(resolve))
    await Promise.all(opened.map((listener) => listener.close()))
  }
  try {
    for (const settings of listeners) {
      const { maxConnections, connectTimeout: handshakeTimeout } = limits
      opened.push(await openListener({ ...settings, maxConnections, handshakeTimeout, accept, log }))
    }
  } catch (error) {
    await close()
    throw error
  }
  return { broker, ports: opened.map(({ port }) => port), close }
}

function refusal(returnCode: 2, message: string) {
  return Object.assign(new Error(message), { returnCode })
}
