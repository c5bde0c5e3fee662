import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import { formatInstant } from '@city-brain/model'
import type { DeviceClient } from './device-client.ts'
import type { PastReading } from './past.ts'

/** Readings in a message; all of them stay well below 64 kB. */
const perMessage = 200
/** Messages that may wait for their acknowledgement, and readings a second: the city has live devices to serve as well. */
const inFlight = 4
const readingsPerSecond = 3_000

/** Publishes the past through a gateway, in the order of its time, and resolves with the number of acknowledged readings. */
export async function backfill(options: {
  gateway: { client: Pick<DeviceClient, 'deliver'>; topic: (name: string) => string }
  /** In periods, oldest first; each step computes one. */
  traffic: Iterable<PastReading[]>
  others: PastReading[]
  signal: AbortSignal
}): Promise<number> {
  const { gateway, traffic, signal } = options
  const others = [...options.others].sort((a, b) => a.at - b.at)
  const waiting = new Set<Promise<void>>()
  const startedAt = performance.now()
  let acknowledged = 0
  let sent = 0
  let next = 0

  async function send(readings: readonly PastReading[]): Promise<void> {
    for (let i = 0; i < readings.length && !signal.aborted; i += perMessage) {
      const part = readings.slice(i, i + perMessage)
      const payload = JSON.stringify(
        part.map(({ id, type, at, values }) => ({ id, type, dateObserved: formatInstant(at), ...values }))
      )
      const delivery = gateway.client.deliver(gateway.topic('readings'), payload).then(() => {
        acknowledged += part.length
        waiting.delete(delivery)
      })
      waiting.add(delivery)
      sent += part.length
      if (waiting.size >= inFlight) await Promise.race(waiting)
      const early = (sent / readingsPerSecond) * 1_000 - (performance.now() - startedAt)
      if (early > 20) await wait(early, undefined, { signal }).catch(() => undefined)
    }
  }

  for (const readings of traffic) {
    if (signal.aborted) break
    const until = readings[0]?.at ?? 0
    const rest: PastReading[] = []
    for (let other = others[next]; other && other.at <= until; other = others[++next]) rest.push(other)
    await send([...rest, ...readings])
    // The simulation computes on the same thread as the live devices speak: let them.
    await setImmediate()
  }
  await send(others.slice(next))
  await Promise.all(waiting)
  return acknowledged
}
