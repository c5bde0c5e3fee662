import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { Log } from './log.ts'

export type DeviceClient = {
  readonly id: string
  /** Hands a message over; false where so many wait for their acknowledgement that this one is dropped. */
  publish(topic: string, payload: string | Buffer, qos: 0 | 1): boolean
  /** Resolves with the acknowledgement of a QoS 1 message. */
  deliver(topic: string, payload: string): Promise<void>
  onMessage(topic: string, listener: (payload: Buffer) => void): void
  isConnected(): boolean
  /** Loses the connection as a device does whose power fails: without a word. */
  cut(): void
  close(): Promise<void>
}

const mostPending = 200
const keepAliveSeconds = 60

/**
 * One device with its own connection and credentials: birth and last will on `status` (retained), QoS 1 with a bounded
 * number of messages in flight, reconnects for ever.
 */
export function createDeviceClient(options: {
  url: string
  id: string
  secret: string
  /** Absent for gateways, which have no status topic. */
  statusTopic?: string
  /** Milliseconds between attempts to connect. */
  reconnectPeriod: number
  /** Milliseconds before the first attempt, so that a start is not a storm. */
  connectAfter?: number
  log: Log
}): DeviceClient {
  const { url, id, secret, statusTopic, reconnectPeriod, connectAfter = 0, log } = options
  const offline = JSON.stringify({ status: 'offline' })
  const settings: IClientOptions = {
    clientId: id,
    username: id,
    password: secret,
    protocolVersion: 4,
    clean: true,
    keepalive: keepAliveSeconds,
    reconnectPeriod,
    connectTimeout: 20_000,
    queueQoSZero: false,
    manualConnect: true,
    ...(statusTopic ? { will: { topic: statusTopic, payload: Buffer.from(offline), qos: 1, retain: true } } : {})
  }
  const client: MqttClient = connect(url, settings)
  const start = setTimeout(() => client.connect(), connectAfter)
  const listeners = new Map<string, (payload: Buffer) => void>()
  let pending = 0
  let dropped = 0
  let failing = false
  client.on('connect', () => {
    failing = false
    if (dropped > 0) log('warn', `${id}: connected again; ${dropped} messages were dropped meanwhile`)
    dropped = 0
    if (statusTopic) client.publish(statusTopic, JSON.stringify({ status: 'online' }), { qos: 1, retain: true })
  })
  client.on('message', (topic, payload) => listeners.get(topic)?.(payload))
  client.on('error', (error) => {
    // Said once for each outage: it tries again for ever.
    if (!failing) log('warn', `${id}: ${error.message || 'the connection failed'}`)
    failing = true
  })

  return {
    id,
    publish(topic, payload, qos) {
      if (qos === 0) {
        if (client.connected) client.publish(topic, payload, { qos: 0 })
        return client.connected
      }
      if (pending >= mostPending) {
        dropped++
        return false
      }
      pending++
      client.publish(topic, payload, { qos: 1 }, () => {
        pending--
      })
      return true
    },
    async deliver(topic, payload) {
      await client.publishAsync(topic, payload, { qos: 1 })
    },
    onMessage(topic, listener) {
      listeners.set(topic, listener)
      // Kept by the client and subscribed again after each connect.
      client.subscribe(topic, { qos: 1 }, (error) => {
        if (error && !client.disconnecting) log('warn', `${id}: cannot subscribe to ${topic}: ${error.message}`)
      })
    },
    isConnected: () => client.connected,
    cut: () => {
      if (client.connected) client.stream.destroy()
    },
    async close() {
      clearTimeout(start)
      if (client.connected && statusTopic) {
        client.publish(statusTopic, offline, { qos: 1, retain: true })
        await client.endAsync()
      } else await client.endAsync(true)
    }
  }
}
