import { connectAsync, type MqttClient } from 'mqtt'
import { waitFor } from '../../city/start-city.ts'
import type { FaultDevice } from './start-fault-city.ts'

/** A device under load, whose clock may be wrong. */
export type LoadDevice = FaultDevice & {
  /** Milliseconds by which its clock differs from ours. */
  clockOffset?: number
}

export type FaultLoad = {
  /** Every message that got a PUBACK, as `entity#number`; readings and broken payloads bear such a key. */
  readonly acknowledged: ReadonlySet<string>
  /** PUBACKs so far, broken payloads included. */
  pubacks(): number
  /** Messages handed to the clients so far, and of those without a PUBACK. */
  published(): number
  waiting(): number
  pause(): void
  resume(): void
  /** Publishes no more, and waits until every message has its PUBACK. */
  drain(timeout?: number): Promise<void>
  /** Ends all connections, at once. */
  close(): Promise<void>
}

/** One payload in so many cannot be decoded. */
const brokenEvery = 50
/** A device holds so many without a PUBACK and then waits, as a real one with little memory would. */
const mostWaiting = 100
const pulse = 20
/** Milliseconds that a client which publishes nothing more waits for a PUBACK. */
const patience = 15_000

let next = 0

/** A number for one message more: no two messages of all loads of this process bear the same. */
export function nextNumber(): number {
  return next++
}

/**
 * Real clients that publish at QoS 1 so many messages a second together, come back by themselves, and send again what has no
 * PUBACK. They go on until `drain`, and are closed by whoever started them.
 */
export async function startFaultLoad({
  mqttPort,
  devices,
  perSecond
}: {
  mqttPort: number
  devices: readonly LoadDevice[]
  perSecond: number
}): Promise<FaultLoad> {
  const acknowledged = new Set<string>()
  let pubacks = 0
  let published = 0
  const publishers = await Promise.all(devices.map((device) => connect(mqttPort, device)))
  const waiting = () => publishers.reduce((sum, one) => sum + one.waiting, 0)

  const whose = () =>
    publishers
      .filter((one) => one.waiting > 0)
      .map((one) => `${one.device.device} ${one.waiting}${one.client.connected ? '' : ', not connected'}`)
      .join('; ')

  const publish = (publisher: Publisher) => {
    if (publisher.waiting >= mostWaiting) return
    const { device, client } = publisher
    const number = nextNumber()
    const { key, payload } = message(publisher, number)
    publisher.waiting++
    published++
    client.publish(`city/centre/traffic/${device.device}/obs`, payload, { qos: 1 }, (error) => {
      publisher.waiting--
      // Only where the client was closed: otherwise it tries until it has its PUBACK.
      if (error) return
      pubacks++
      acknowledged.add(key)
    })
  }

  let paused = false
  let due = 0
  let turn = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    // After a pause of ours what was missed is not made up for.
    due += (Math.min(now - last, 100) / 1_000) * perSecond
    last = now
    if (paused) due = 0
    for (; due >= 1; due--) {
      const publisher = publishers[turn++ % publishers.length]
      if (publisher) publish(publisher)
    }
  }, pulse)

  return {
    acknowledged,
    pubacks: () => pubacks,
    published: () => published,
    waiting,
    pause() {
      paused = true
    },
    resume() {
      paused = false
    },
    async drain(timeout = 90_000) {
      clearInterval(timer)
      const until = performance.now() + timeout
      while (waiting() > 0 && performance.now() < until) {
        const before = pubacks
        await waitFor(() => waiting() === 0, patience).catch(() => undefined)
        if (waiting() === 0 || pubacks > before) continue
        // As a device does that hears nothing for long: it connects anew and sends again what has no PUBACK.
        console.log(`  No PUBACK for ${patience / 1_000} s (${whose()}): these clients connect anew`)
        for (const one of publishers) if (one.waiting > 0) one.client.stream.destroy()
      }
      if (waiting() > 0) throw new Error(`${waiting()} of ${published} messages never got their PUBACK (${whose()})`)
    },
    async close() {
      clearInterval(timer)
      await Promise.all(publishers.map(({ client }) => client.endAsync(true)))
    }
  }
}

type Publisher = { device: LoadDevice; client: MqttClient; waiting: number; newest: number }

async function connect(mqttPort: number, device: LoadDevice): Promise<Publisher> {
  const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, {
    username: device.device,
    password: device.secret,
    clientId: device.device,
    reconnectPeriod: 200,
    connectTimeout: 10_000,
    // A city that can store nothing lets nobody in; a device tries again.
    reconnectOnConnackError: true
  })
  client.on('error', () => undefined)
  return { device, client, waiting: 0, newest: 0 }
}

function message(publisher: Publisher, number: number): { key: string; payload: string } {
  const { entity, clockOffset = 0 } = publisher.device
  const key = `${entity}#${number}`
  const head = `{"id":"${entity}","intensity":${number}`
  if (number % brokenEvery === brokenEvery - 1) return { key, payload: head }
  // No two readings of an entity are of one millisecond.
  publisher.newest = Math.max(Date.now() + clockOffset, publisher.newest + 1)
  const dateObserved = new Date(publisher.newest).toISOString()
  return { key, payload: `${head},"dateObserved":"${dateObserved}","occupancy":0.25}` }
}

/** The key of a message by its bytes, however broken; undefined for what is none of ours. */
export function keyOfPayload(payload: string): string | undefined {
  const entity = /"id":"([^"]+)"/.exec(payload)?.[1]
  const number = /"intensity":(\d+)/.exec(payload)?.[1]
  return entity === undefined || number === undefined ? undefined : `${entity}#${number}`
}
