import type { Client, PublishPacket, Subscription } from 'aedes'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'

type QoS = 0 | 1 | 2
type Delivered = PublishPacket & { brokerId?: string | null; brokerCounter?: number }
type Deliver = (packet: Delivered, done: () => void) => void

/** What aedes keeps on a client and delivers by; none of it is in its published type. */
type AedesClient = Client & {
  deliver0: Deliver
  deliverQoS: Deliver
  duplicates: Record<string, number>
  subscriptions: Record<string, { qos: QoS }>
  _pendingDrains: unknown[]
}

/** Bytes, and messages, that wait for a client that does not read before its connection is closed. */
const maxWaitingBytes = 4_000_000
const maxWaitingMessages = 20_000

export interface Delivery {
  /** From here on what this client hears goes its way. */
  attach(client: Client): void
  granted(client: Client, subscription: Subscription): void
  ended(client: Client, filters: readonly string[]): void
  /** The client's subscriptions stand. */
  settled(client: Client): void
  /** Filters that it has subscribed to. */
  filters(client: Client): number
}

/**
 * How a message reaches one subscriber. It stands in the place of aedes' own last step, which lowers no QoS for a filter
 * with wildcards, takes the QoS of whichever filter matches first, and takes for a repeat, and drops, whatever overtook
 * something else (a QoS 0 message always overtakes a QoS 1 one before it). Here each message goes once to each client, with
 * the highest QoS of its filters [MQTT-3.3.5-1], at most that of the message. A client that hears and does not read is
 * closed before what waits for it grows without bound: that is the bound in place of aedes' `concurrency`. Nor does it hold
 * back those who publish, which with aedes it does for a minute.
 */
export function createDelivery({
  nextMessageId,
  onSlow
}: {
  /** A packet id for a client whose session is kept. */
  nextMessageId: (clientId: string) => number
  onSlow: (client: Client) => void
}): Delivery {
  const heard = new WeakMap<Client, { filters: Set<string>; subscriptions: Subscriptions }>()
  const self = 'self'

  return {
    attach(given) {
      const client = given as AedesClient
      const { subscriptions } = remember(heard, client)
      const deliver0 = client.deliver0
      const deliverQoS = client.deliverQoS
      let last = 0

      const deliver: Deliver = (packet, done) => {
        const { brokerId, brokerCounter = 0 } = packet
        // All filters of one message are served in one step, so a repeat is always the next. Retained ones have no id.
        if (brokerId && brokerCounter === last) return void setImmediate(done)
        if (brokerId) {
          last = brokerCounter
          client.duplicates[brokerId] = brokerCounter - 1
        }
        if (client.closed) return void setImmediate(done)
        if (isSlow(client)) {
          onSlow(client)
          client.close()
          return void setImmediate(done)
        }
        const granted = subscriptions.matching(packet.topic).get(self)
        packet.qos = Math.min(packet.qos, granted ?? packet.qos) as QoS
        if (packet.qos > 0 && !client.clean) packet.messageId = nextMessageId(client.id)
        const send = packet.qos === 0 ? deliver0 : deliverQoS
        // Retained ones come at the pace of who subscribed; whoever publishes waits for nobody.
        if (!brokerId) return send(packet, done)
        send(packet, () => undefined)
        setImmediate(done)
      }
      client.deliver0 = deliver
      client.deliverQoS = deliver
    },
    granted(client, { topic, qos }) {
      const { filters, subscriptions } = remember(heard, client)
      filters.add(topic)
      subscriptions.set(self, topic, qos)
    },
    ended(client, filters) {
      const known = heard.get(client)
      for (const filter of filters) {
        known?.filters.delete(filter)
        known?.subscriptions.remove(self, filter)
      }
    },
    settled(client) {
      // aedes would lower a message to the QoS of the filter that is its very topic, also where another one grants more.
      for (const subscription of Object.values((client as AedesClient).subscriptions)) subscription.qos = 2
    },
    filters: (client) => heard.get(client)?.filters.size ?? 0
  }
}

function remember(heard: WeakMap<Client, { filters: Set<string>; subscriptions: Subscriptions }>, client: Client) {
  const known = heard.get(client) ?? { filters: new Set<string>(), subscriptions: createSubscriptions() }
  heard.set(client, known)
  return known
}

function isSlow(client: AedesClient): boolean {
  return client.conn.writableLength > maxWaitingBytes || client._pendingDrains.length > maxWaitingMessages
}
