import { Readable } from 'node:stream'
import type { Client, PublishPacket, Subscription } from 'aedes'
import { speakerOf } from './client-id.ts'
import { createMessageQueue, type MessageQueue, type QueuedPacket, type QueueLimits } from './message-queue.ts'
import { createRetainedStore, type RetainedLimits } from './retained-store.ts'
import { createSubscriptions } from './subscriptions.ts'

export type SessionLimits = QueueLimits &
  RetainedLimits & {
    /** Sessions that are kept of one speaker, under whatever client ids; the oldest goes. */
    maxSessionsPerSpeaker: number
    /** Filters that one client may have subscribed to. */
    maxSubscriptions: number
  }

type ClientId = Pick<Client, 'id'>
type StoredWill = PublishPacket & { brokerId?: string; clientId?: string }
type Session = {
  subscriptions: Map<string, Subscription>
  queue: MessageQueue
  /** Ids of QoS 2 messages that wait for their PUBREL: only that they are there matters. */
  incoming: Set<number>
}

/**
 * What the broker keeps of its clients, in memory and bounded: it ends with a restart. aedes' own store has no bound on
 * queues, keeps the queues of sessions that are gone, and keeps the payload of every QoS 2 message. The names are those
 * of the aedes-persistence interface.
 */
export function createSessionStore({
  limits,
  maySubscribe,
  onDropped
}: {
  limits: SessionLimits
  /** aedes stores all filters of a SUBSCRIBE, those that were refused too; this keeps them out. */
  maySubscribe: (clientId: string, filter: string) => boolean
  /** Told of each message that found no room: in the client's queue, or among the retained ones of its topic. */
  onDropped: (where: { client: string } | { topic: string }) => void
}) {
  let brokerId = ''
  const sessions = new Map<string, Session>()
  const bySpeaker = new Map<string, string[]>()
  const offline = createSubscriptions()
  const retained = createRetainedStore(limits)
  const wills = new Map<string, StoredWill>()

  const sessionOf = (id: string): Session => {
    let session = sessions.get(id)
    if (session === undefined) {
      session = { subscriptions: new Map(), queue: createMessageQueue(limits), incoming: new Set() }
      sessions.set(id, session)
      const ids = bySpeaker.get(speakerOf(id)) ?? []
      bySpeaker.set(speakerOf(id), ids)
      ids.push(id)
      const [oldest] = ids
      if (ids.length > limits.maxSessionsPerSpeaker && oldest !== undefined) forget(oldest)
    }
    return session
  }

  const forget = (id: string) => {
    for (const filter of sessions.get(id)?.subscriptions.keys() ?? []) offline.remove(id, filter)
    sessions.delete(id)
    const ids = bySpeaker.get(speakerOf(id))?.filter((other) => other !== id) ?? []
    if (ids.length === 0) bySpeaker.delete(speakerOf(id))
    else bySpeaker.set(speakerOf(id), ids)
  }

  const enqueue = (id: string, packet: QueuedPacket) => {
    if (!sessionOf(id).queue.add(packet)) onDropped({ client: id })
  }

  return {
    async setup(broker: { id: string }) {
      brokerId = broker.id
    },

    async storeRetained(packet: PublishPacket) {
      if (!retained.set(packet)) onDropped({ topic: packet.topic })
    },
    createRetainedStreamCombi(filters: string[]) {
      return Readable.from(retained.matching(filters))
    },

    async addSubscriptions({ id }: ClientId, subscriptions: Subscription[]) {
      for (const subscription of subscriptions) {
        const { topic, qos } = subscription
        if (!maySubscribe(id, topic)) continue
        const known = sessionOf(id).subscriptions
        if (!known.has(topic) && known.size >= limits.maxSubscriptions) continue
        known.set(topic, { ...subscription })
        offline.set(id, topic, qos)
      }
    },
    async removeSubscriptions({ id }: ClientId, filters: string[]) {
      for (const filter of filters) {
        sessions.get(id)?.subscriptions.delete(filter)
        offline.remove(id, filter)
      }
    },
    async subscriptionsByClient({ id }: ClientId) {
      return [...(sessions.get(id)?.subscriptions.values() ?? [])]
    },
    /** One for each client, with the highest QoS of its filters that match. */
    async subscriptionsByTopic(topic: string) {
      return [...offline.matching(topic)]
        .filter(([, qos]) => qos > 0)
        .map(([clientId, qos]) => ({ clientId, topic, qos }))
    },
    /** A session that begins anew [MQTT-3.1.2-6]. */
    async cleanSubscriptions({ id }: ClientId) {
      forget(id)
    },

    async outgoingEnqueue({ clientId }: { clientId: string }, packet: QueuedPacket) {
      enqueue(clientId, packet)
    },
    async outgoingEnqueueCombi(subscriptions: { clientId: string; qos: 0 | 1 | 2 }[], packet: QueuedPacket) {
      for (const { clientId, qos } of subscriptions) {
        enqueue(clientId, { ...packet, qos: Math.min(qos, packet.qos ?? 0) as 0 | 1 | 2 })
      }
    },
    async outgoingUpdate({ id }: ClientId, packet: QueuedPacket) {
      sessions.get(id)?.queue.update(packet)
    },
    async outgoingClearMessageId({ id }: ClientId, packet: { messageId?: number }) {
      return sessions.get(id)?.queue.clear(packet.messageId)
    },
    outgoingStream({ id }: ClientId) {
      return Readable.from(sessions.get(id)?.queue.redelivery() ?? [])
    },
    /** For a message that goes to a client with a session to keep: what waits there may bear older ids. */
    nextMessageId: (id: string) => sessionOf(id).queue.nextMessageId(),

    async incomingStorePacket({ id }: ClientId, packet: { messageId: number }) {
      sessionOf(id).incoming.add(packet.messageId)
    },
    async incomingGetPacket({ id }: ClientId, packet: { messageId: number }) {
      if (!sessions.get(id)?.incoming.has(packet.messageId)) throw new Error('no such packet')
      return { messageId: packet.messageId }
    },
    async incomingDelPacket({ id }: ClientId, packet: { messageId: number }) {
      if (!sessions.get(id)?.incoming.delete(packet.messageId)) throw new Error('no such packet')
    },
    async cleanIncoming({ id }: ClientId) {
      const session = sessions.get(id)
      session?.incoming.clear()
      if (session?.subscriptions.size === 0 && session.queue.length === 0) forget(id)
    },

    async putWill({ id }: ClientId, will: StoredWill) {
      will.brokerId = brokerId
      will.clientId = id
      wills.set(id, will)
    },
    async getWill({ id }: ClientId) {
      return wills.get(id)
    },
    async delWill({ id }: ClientId) {
      const will = wills.get(id)
      wills.delete(id)
      return will
    },
    streamWill(brokers: Record<string, unknown> = {}) {
      return Readable.from([...wills.values()].filter((will) => !brokers[will.brokerId ?? '']))
    },
    async destroy() {
      sessions.clear()
      retained.clear()
      wills.clear()
    },
    /** How many sessions are kept. */
    get sessions() {
      return sessions.size
    }
  }
}
