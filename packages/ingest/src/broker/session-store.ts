import { Readable } from 'node:stream'
import { topicMatches } from '@city-brain/model'
import type { AedesPublishPacket, Client, PublishPacket, Subscription } from 'aedes'
import { speakerOf } from './client-id.ts'

export type SessionLimits = {
  /** Messages that wait for one absent or slow client. */
  maxQueuedMessages: number
  /** Bytes of their payloads. */
  maxQueuedBytes: number
  /** Sessions that are kept of one speaker, under whatever client ids; the oldest goes. */
  maxSessionsPerSpeaker: number
}

type ClientId = Pick<Client, 'id'>
type QueuedPacket = Partial<AedesPublishPacket> & { cmd: string; brokerId?: string; brokerCounter?: number }
type StoredWill = PublishPacket & { brokerId?: string; clientId?: string }
type Session = {
  subscriptions: Map<string, Subscription>
  queue: QueuedPacket[]
  queuedBytes: number
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
  mayHear,
  onDropped
}: {
  limits: SessionLimits
  /** aedes stores all filters of a SUBSCRIBE, those that were refused too; this keeps them out. */
  mayHear: (clientId: string, filter: string) => boolean
  onDropped: (clientId: string) => void
}) {
  let brokerId = ''
  const sessions = new Map<string, Session>()
  const bySpeaker = new Map<string, string[]>()
  const retained = new Map<string, PublishPacket>()
  const wills = new Map<string, StoredWill>()

  const sessionOf = (id: string): Session => {
    let session = sessions.get(id)
    if (session === undefined) {
      session = { subscriptions: new Map(), queue: [], queuedBytes: 0, incoming: new Set() }
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
    sessions.delete(id)
    const ids = bySpeaker.get(speakerOf(id))?.filter((other) => other !== id) ?? []
    if (ids.length === 0) bySpeaker.delete(speakerOf(id))
    else bySpeaker.set(speakerOf(id), ids)
  }

  const enqueue = (id: string, packet: QueuedPacket) => {
    const session = sessionOf(id)
    const size = packet.payload?.length ?? 0
    if (session.queue.length >= limits.maxQueuedMessages || session.queuedBytes + size > limits.maxQueuedBytes) {
      onDropped(id)
      return
    }
    session.queue.push({ ...packet, messageId: undefined } as QueuedPacket)
    session.queuedBytes += size
  }

  return {
    async setup(broker: { id: string }) {
      brokerId = broker.id
    },

    async storeRetained(packet: PublishPacket) {
      if (packet.payload.length === 0) retained.delete(packet.topic)
      else retained.set(packet.topic, { ...packet })
    },
    createRetainedStreamCombi(filters: string[]) {
      const found = [...retained.values()].filter(({ topic }) => filters.some((filter) => topicMatches(filter, topic)))
      return Readable.from(found)
    },

    async addSubscriptions({ id }: ClientId, subscriptions: Subscription[]) {
      for (const subscription of subscriptions) {
        if (mayHear(id, subscription.topic)) sessionOf(id).subscriptions.set(subscription.topic, { ...subscription })
      }
    },
    async removeSubscriptions({ id }: ClientId, filters: string[]) {
      for (const filter of filters) sessions.get(id)?.subscriptions.delete(filter)
    },
    async subscriptionsByClient({ id }: ClientId) {
      return [...(sessions.get(id)?.subscriptions.values() ?? [])]
    },
    async subscriptionsByTopic(topic: string) {
      const found: (Subscription & { clientId: string })[] = []
      for (const [clientId, { subscriptions }] of sessions) {
        for (const subscription of subscriptions.values()) {
          if (subscription.qos > 0 && topicMatches(subscription.topic, topic)) found.push({ ...subscription, clientId })
        }
      }
      return found
    },
    /** A session that begins anew [MQTT-3.1.2-6]. */
    async cleanSubscriptions({ id }: ClientId) {
      forget(id)
    },

    async outgoingEnqueue({ clientId }: { clientId: string }, packet: QueuedPacket) {
      enqueue(clientId, packet)
    },
    async outgoingEnqueueCombi(subscriptions: { clientId: string }[], packet: QueuedPacket) {
      for (const clientId of new Set(subscriptions.map((subscription) => subscription.clientId))) {
        enqueue(clientId, packet)
      }
    },
    async outgoingUpdate({ id }: ClientId, packet: QueuedPacket) {
      const queue = sessions.get(id)?.queue ?? []
      for (const [i, queued] of queue.entries()) {
        if (queued.brokerId === packet.brokerId && queued.brokerCounter === packet.brokerCounter) {
          queued.messageId = packet.messageId
          return
        }
        if (queued.brokerId !== packet.brokerId && queued.messageId === packet.messageId) {
          queue[i] = packet
          return
        }
      }
      throw new Error('no such packet')
    },
    async outgoingClearMessageId({ id }: ClientId, packet: { messageId?: number }) {
      const session = sessions.get(id)
      const at = session?.queue.findIndex((queued) => queued.messageId === packet.messageId) ?? -1
      if (session === undefined || at < 0) return undefined
      const [cleared] = session.queue.splice(at, 1)
      session.queuedBytes -= cleared?.payload?.length ?? 0
      return cleared
    },
    outgoingStream({ id }: ClientId) {
      return Readable.from([...(sessions.get(id)?.queue ?? [])])
    },

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
