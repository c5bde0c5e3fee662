import { topicMatches } from '@city-brain/model'

type QoS = 0 | 1 | 2

/** Who subscribed to what, with which QoS: topics without wildcards are looked up, filters with wildcards are tried one by one. */
export interface Subscriptions {
  set(subscriber: string, filter: string, qos: QoS): void
  remove(subscriber: string, filter: string): void
  /** Of each subscriber to a topic, the highest QoS of all its filters that match [MQTT-3.3.5-1]. */
  matching(topic: string): Map<string, QoS>
}

export function createSubscriptions(): Subscriptions {
  const exact = new Map<string, Map<string, QoS>>()
  const wild = new Map<string, Map<string, QoS>>()
  const sideOf = (filter: string) => (/[+#]/.test(filter) ? wild : exact)
  return {
    set(subscriber, filter, qos) {
      const side = sideOf(filter)
      const subscribers = side.get(filter) ?? new Map<string, QoS>()
      side.set(filter, subscribers.set(subscriber, qos))
    },
    remove(subscriber, filter) {
      const side = sideOf(filter)
      const subscribers = side.get(filter)
      subscribers?.delete(subscriber)
      if (subscribers?.size === 0) side.delete(filter)
    },
    matching(topic) {
      const found = new Map(exact.get(topic))
      for (const [filter, subscribers] of wild) {
        if (!topicMatches(filter, topic)) continue
        for (const [subscriber, qos] of subscribers) {
          found.set(subscriber, Math.max(qos, found.get(subscriber) ?? 0) as QoS)
        }
      }
      return found
    }
  }
}
