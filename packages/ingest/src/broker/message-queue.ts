import type { AedesPublishPacket } from 'aedes'

export type QueueLimits = {
  /** Messages that wait for one absent or slow client. */
  maxQueuedMessages: number
  /** Bytes of their payloads. */
  maxQueuedBytes: number
}

export type QueuedPacket = Partial<Omit<AedesPublishPacket, 'cmd'>> & { cmd: string }

const highestMessageId = 65_535

/** What a session with an absent or slow client has still to deliver, in order: messages, and PUBRELs that wait for their PUBCOMP. */
export interface MessageQueue {
  /** False where it is full. */
  add(packet: QueuedPacket): boolean
  /** It was sent under this packet id, or has come to its PUBREL. What is not there is delivered without being kept. */
  update(packet: QueuedPacket): void
  clear(messageId: number | undefined): QueuedPacket | undefined
  /** Everything for a client that is back: what was sent before keeps its packet id and is a repeat [MQTT-4.4.0-1]. */
  redelivery(): QueuedPacket[]
  /** A packet id that nothing in the queue bears. */
  nextMessageId(): number
  readonly length: number
}

export function createMessageQueue({ maxQueuedMessages, maxQueuedBytes }: QueueLimits): MessageQueue {
  const packets: QueuedPacket[] = []
  let bytes = 0
  let lastId = 0

  const nextMessageId = () => {
    // The queue is far shorter than there are ids.
    do {
      lastId = (lastId % highestMessageId) + 1
    } while (packets.some(({ messageId }) => messageId === lastId))
    return lastId
  }

  return {
    add(packet) {
      const size = packet.payload?.length ?? 0
      if (packets.length >= maxQueuedMessages || bytes + size > maxQueuedBytes) return false
      // Retained is only what comes to a new subscription [MQTT-3.3.1-9].
      packets.push({ ...packet, retain: false, messageId: undefined })
      bytes += size
      return true
    },
    update(packet) {
      if (packet.cmd === 'pubrel') {
        const at = packets.findIndex(({ messageId }) => messageId === packet.messageId)
        if (at < 0) return
        bytes -= packets[at]?.payload?.length ?? 0
        packets[at] = { cmd: 'pubrel', messageId: packet.messageId }
        return
      }
      const queued = packets.find(
        ({ brokerId, brokerCounter }) => brokerId === packet.brokerId && brokerCounter === packet.brokerCounter
      )
      if (queued !== undefined) queued.messageId = packet.messageId
    },
    clear(messageId) {
      // aedes asks with no id at all where it passes a message over; that must not end another one.
      const at = messageId === undefined ? -1 : packets.findIndex((queued) => queued.messageId === messageId)
      if (at < 0) return undefined
      const [cleared] = packets.splice(at, 1)
      bytes -= cleared?.payload?.length ?? 0
      return cleared
    },
    redelivery: () =>
      packets.map((packet) => {
        if (packet.messageId === undefined) return { ...packet, messageId: nextMessageId() }
        return packet.cmd === 'publish' ? { ...packet, dup: true } : { ...packet }
      }),
    nextMessageId,
    get length() {
      return packets.length
    }
  }
}
