import type { MqttClient } from 'mqtt'
import type { Place } from './place.ts'
import { replayTopic } from './places-to-city.ts'
import type { Record } from './read-records.ts'

export type ReplaySummary = {
  read: number
  published: number
  acknowledged: number
  /** Records of places that the places file does not have. */
  unknownPlaces: number
}

/** So many publishes may wait for their acknowledgement; the client keeps them, and sends them again after a reconnection. */
const maxInflight = 1_000

/**
 * Publishes the records of a feed as its gateway does: JSON `{timestamp, place_id, free}`, QoS 1, in their order.
 * `speed` is how much faster than life (2 = twice); without it as fast as they are acknowledged.
 */
export async function replay({
  client,
  records,
  places,
  speed,
  now,
  onProgress
}: {
  client: MqttClient
  records: AsyncIterable<Record>
  places: readonly Place[]
  speed?: number
  /** Milliseconds that never jump. */
  now: () => number
  onProgress?: (summary: ReplaySummary, at: number) => void
}): Promise<ReplaySummary> {
  const topics = new Map(places.map(({ placeId, area, entity }) => [placeId, `${replayTopic}/${area}/${entity}`]))
  const summary: ReplaySummary = { read: 0, published: 0, acknowledged: 0, unknownPlaces: 0 }
  const waiting = new Set<Promise<unknown>>()
  const start = now()
  let first: number | undefined
  for await (const { at, timestamp, placeId, free } of records) {
    summary.read++
    const topic = topics.get(placeId)
    if (topic === undefined) {
      summary.unknownPlaces++
      continue
    }
    first ??= at
    if (speed !== undefined) {
      const due = start + (at - first) / speed
      while (now() < due) {
        onProgress?.(summary, at)
        await new Promise((wake) => setTimeout(wake, Math.min(due - now(), 1_000)))
      }
    }
    while (waiting.size >= maxInflight) await Promise.race(waiting)
    const payload = JSON.stringify({ timestamp, place_id: placeId, free })
    const sent = client.publishAsync(topic, payload, { qos: 1 }).then(() => {
      summary.acknowledged++
      waiting.delete(sent)
    })
    waiting.add(sent)
    summary.published++
    if (summary.read % 1_000 === 0) onProgress?.(summary, at)
  }
  await Promise.all(waiting)
  return summary
}
