import { topicMatches } from '@city-brain/model'
import type { PublishPacket } from 'aedes'

export type RetainedLimits = {
  /** Topics with a retained message. */
  maxRetainedMessages: number
  /** Bytes of their payloads and topics. */
  maxRetainedBytes: number
}

export interface RetainedStore {
  /** Keeps it for those who subscribe later; an empty payload ends what was kept [MQTT-3.3.1-10]. False where there is no room. */
  set(packet: PublishPacket): boolean
  matching(filters: readonly string[]): PublishPacket[]
  clear(): void
}

/** The last retained message of each topic, bounded. What a new one would be too much for is not kept, and what was there stays. */
export function createRetainedStore({ maxRetainedMessages, maxRetainedBytes }: RetainedLimits): RetainedStore {
  const kept = new Map<string, PublishPacket>()
  let bytes = 0
  const sizeOf = (packet: PublishPacket | undefined) =>
    packet === undefined ? 0 : packet.payload.length + packet.topic.length
  const remove = (topic: string) => {
    bytes -= sizeOf(kept.get(topic))
    kept.delete(topic)
  }
  return {
    set(packet) {
      const before = kept.get(packet.topic)
      if (packet.payload.length === 0) {
        remove(packet.topic)
        return true
      }
      if (before === undefined && kept.size >= maxRetainedMessages) return false
      if (bytes - sizeOf(before) + sizeOf(packet) > maxRetainedBytes) return false
      remove(packet.topic)
      kept.set(packet.topic, { ...packet })
      bytes += sizeOf(packet)
      return true
    },
    matching(filters) {
      const found = new Set<PublishPacket>()
      for (const filter of filters) {
        if (!/[+#]/.test(filter)) {
          const packet = kept.get(filter)
          if (packet) found.add(packet)
        } else for (const [topic, packet] of kept) if (topicMatches(filter, topic)) found.add(packet)
      }
      return [...found]
    },
    clear() {
      kept.clear()
      bytes = 0
    }
  }
}
