import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt'
import type { Settle } from '../pipeline/message.ts'
import { holdAcknowledgements } from './hold-acknowledgements.ts'
import { type UpstreamFault, upstreamFault } from './upstream-fault.ts'
import type { UpstreamSettings } from './upstream-settings.ts'

/** A message as the broker delivered it. */
export type Delivery = {
  topic: string
  payload: Buffer
  qos: 0 | 1 | 2
  /** The last known value, sent because somebody subscribed; not news. */
  retain: boolean
  /** It may have been delivered before. */
  dup: boolean
}
export type Receive = (delivery: Delivery, settle: Settle) => void

export interface UpstreamConnection {
  /** QoS 1. True when the broker has acknowledged it; false where the connection ended before, and then it is not sent again. */
  publish(topic: string, payload: string): Promise<boolean>
  /** Goes on reading where reading had to wait. */
  wake(): void
  /** Ends it; acknowledgements that are still held are never sent. `politely`: with DISCONNECT, after those that may go. */
  close(politely: boolean): Promise<void>
}

/** Filters in one SUBSCRIBE packet. */
const filtersAtOnce = 100
const closePatience = 1_000

/**
 * One connection to a broker that is not ours: a client of its own for each attempt, because packet ids, acknowledgements
 * and unanswered publishes of one connection mean nothing to the next. The session (`clean: false`) is the broker's matter
 * and outlives it. A message that could not be stored ends the connection: the broker sends it again on the next one.
 */
export function openConnection({
  settings,
  filters,
  receive,
  mayRead,
  onUp,
  onDown
}: {
  settings: UpstreamSettings
  filters: readonly string[]
  receive: Receive
  /** While it is false nothing more is read, so that TCP holds the broker back. */
  mayRead: () => boolean
  /** Connected and subscribed; with the filters that got QoS 0 only. */
  onUp: (withoutPromise: readonly string[]) => void
  /** Called once, whatever the end. */
  onDown: (fault: UpstreamFault) => void
}): UpstreamConnection {
  const client = mqtt.connect(settings.url, clientOptions(settings))
  const held = holdAcknowledgements(client)
  const unanswered = new Set<(taken: boolean) => void>()
  let fault: UpstreamFault | undefined
  let isDown = false
  let readOn: (() => void) | undefined

  const down = () => {
    if (isDown) return
    isDown = true
    held.drop()
    readOn = undefined
    for (const answer of unanswered) answer(false)
    unanswered.clear()
    // Of a client that is thrown away nothing may be left: timers, or a socket that is still being opened.
    client.end(true)
    onDown(fault ?? { state: 'away', message: 'it closed the connection' })
  }
  const end = (reason: UpstreamFault) => {
    fault ??= reason
    client.stream.destroy()
    down()
  }

  /** mqtt.js goes on to the next packet when it is called back, and only then does its socket. */
  const readAgain = () => {
    if (readOn === undefined || !mayRead()) return
    const done = readOn
    readOn = undefined
    done()
  }
  client.handleMessage = (packet, done) => {
    const release = packet.qos === 1 && packet.messageId !== undefined ? held.hold(packet.messageId) : undefined
    receive(deliveryOf(packet), (notStored) => {
      if (isDown) return
      if (notStored) end({ state: 'away', message: 'a message could not be stored, and must be sent again' })
      else release?.()
    })
    readOn = done
    readAgain()
  }
  client.on('error', (error: Error & { code?: string | number }) => {
    fault ??= upstreamFault(error)
  })
  client.on('close', down)
  client.on('connect', () => {
    subscribe(client, filters).then(
      (withoutPromise) => {
        if (!isDown) onUp(withoutPromise)
      },
      (error: Error) => end({ state: 'misconfigured', message: `it refuses the subscription: ${error.message}` })
    )
  })

  return {
    publish: (topic, payload) =>
      new Promise((resolve) => {
        if (isDown || !client.connected) return resolve(false)
        unanswered.add(resolve)
        client.publish(topic, payload, { qos: 1 }, (error) => {
          if (unanswered.delete(resolve)) resolve(error === undefined || error === null)
        })
      }),
    wake: readAgain,
    async close(politely) {
      if (isDown) return
      if (politely && client.connected) {
        const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
        client.end(false)
        const patience = setTimeout(() => client.stream.destroy(), closePatience)
        await closed
        clearTimeout(patience)
      }
      down()
    }
  }
}

function clientOptions({ clientId, username, password, authority }: UpstreamSettings): IClientOptions {
  return {
    protocolVersion: 4,
    clean: false,
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(authority === undefined ? {} : { ca: authority }),
    keepalive: 30,
    connectTimeout: 10_000,
    // When to try again is decided elsewhere.
    reconnectPeriod: 0,
    resubscribe: false
  }
}

/** Every time, also where the session is there already: the answer brings the last status of each device. */
async function subscribe(client: MqttClient, filters: readonly string[]): Promise<string[]> {
  const withoutPromise: string[] = []
  for (let at = 0; at < filters.length; at += filtersAtOnce) {
    const granted = await client.subscribeAsync(filters.slice(at, at + filtersAtOnce), { qos: 1 })
    for (const { topic, qos } of granted) if (qos === 0) withoutPromise.push(topic)
  }
  return withoutPromise
}

function deliveryOf({ topic, payload, qos, retain, dup }: IPublishPacket): Delivery {
  return { topic, payload: typeof payload === 'string' ? Buffer.from(payload) : payload, qos, retain, dup }
}
