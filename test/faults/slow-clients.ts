import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { deviceSecrets } from '../city/device-secrets.ts'
import { waitFor } from '../city/start-city.ts'
import type { Fault, FaultContext } from './support/fault.ts'
import { type FaultLoad, nextNumber, startFaultLoad } from './support/fault-load.ts'
import { proveNoLoss } from './support/prove-no-loss.ts'
import { connectPacket, connectRaw, publishPacket, readPubacks, subscribePacket } from './support/raw-mqtt.ts'
import { type FaultCity, type FaultDevice, startFaultCity } from './support/start-fault-city.ts'

const loadDevices = 6
/** With four connections of each at a time: enough for 170 a second where each takes a quarter of a second. */
const stormingDevices = 12
/** Bytes of a message that the slow subscribers do not take. */
const relayedBytes = 60_000

/** Clients that hold a connection open and do not do their part, while others work. */
export const slowClients: Fault = {
  name: 'slow-clients',
  title:
    'Slow and dead subscribers, half-open connections, a storm of reconnects, a client that never reads its PUBACKs',
  // Less than others: nothing that a client does or leaves undone may cost much.
  mostMegabytes: 600,
  async run(context) {
    const detectors = loadDevices + 1 + stormingDevices
    const city = await startFaultCity(context, { detectors, prepare: addRelay })
    const load = await startFaultLoad({
      mqttPort: city.mqttPort,
      devices: city.devices.slice(0, loadDevices),
      perSecond: 1_000
    })
    context.onEnd(() => load.close())
    const [silent, ...storming] = city.devices.slice(loadDevices) as [FaultDevice, ...FaultDevice[]]

    const deaf = await startDeafPublisher(context, city, silent, context.short ? 20_000 : 200_000)
    const relayed = new Set<string>()
    const storm = context.short ? { count: 1_000, seconds: 6 } : { count: 10_000, seconds: 60, within: 72 }
    const repetitions = [
      await slowSubscriber(context, city, load, relayed, context.short ? 1_000 : 5_000),
      ...(await Promise.all([
        halfOpen(context, city, load, context.short ? 100 : 1_000),
        reconnectStorm(context, city, load, storming, storm)
      ]))
    ]
    await stillServed(load, 'a client that never reads its PUBACKs')
    const heard = await deaf.listen()
    await load.drain()
    const acknowledged = new Set([...load.acknowledged, ...relayed, ...heard])
    const peakMegabytes = city.peakMegabytes()
    const counts = await proveNoLoss(context, city, acknowledged)
    return {
      repetitions: repetitions.reduce((sum, one) => sum + one, 1),
      ...counts,
      peakMegabytes
    }
  }
}

/** One gateway that speaks on `relay/#` and another that listens there. */
function addRelay(city: string): void {
  const gateways = [
    { id: 'gw-speaker', topics: ['relay/#'], entityPrefix: 'det-' },
    { id: 'gw-listener', topics: ['listener/#'], entityPrefix: 'det-', subscribe: ['relay/#'] }
  ]
  appendFileSync(join(city, 'devices.yaml'), `gateways: ${JSON.stringify(gateways)}\n`)
}

/** Others go on being acknowledged. */
async function stillServed(load: FaultLoad, beside: string): Promise<void> {
  const before = load.pubacks()
  await waitFor(() => load.pubacks() > before + 500, 30_000).catch((error: unknown) => {
    throw new Error(`Other clients are not served beside ${beside}`, { cause: error })
  })
}

/** Sockets that never say who they are, that stop within the CONNECT, and that stop within a PUBLISH. */
async function halfOpen(context: FaultContext, city: FaultCity, load: FaultLoad, count: number): Promise<number> {
  const [secret = ''] = await deviceSecrets(city.data, ['gw-listener'])
  const identity = { username: 'gw-listener', password: secret }
  const hello = (n: number) => connectPacket({ clientId: `half-${n}`, ...identity, keepAlive: 4 })
  const sockets: Socket[] = []
  context.onEnd(() => destroyAll(sockets))
  const open = async (begin?: Buffer) => {
    const socket = connect({ host: '127.0.0.1', port: city.mqttPort })
    socket.on('error', () => undefined)
    // Without a reader the end of the connection would not be seen.
    socket.resume()
    await once(socket, 'connect')
    if (begin) socket.write(begin)
    sockets.push(socket)
  }
  for (let n = 0; n < count; n++) await open(n % 2 === 0 ? undefined : hello(n).subarray(0, 12))
  // As many as one credential may have.
  const publish = publishPacket(1, 'listener/x', 'x'.repeat(1_000)).subarray(0, 500)
  for (let n = 0; n < 8; n++) await open(Buffer.concat([hello(n), publish]))
  await stillServed(load, 'half-open connections')
  await waitFor(() => sockets.every((socket) => socket.destroyed || socket.closed), 60_000).catch(() => undefined)
  const open2 = sockets.filter((socket) => !socket.destroyed && !socket.closed).length
  context.expect(open2 === 0, `${open2} of ${sockets.length} half-open connections were never closed`)
  context.log(`${sockets.length} half-open connections, all closed by the city; ${city.peakMegabytes()} MB`)
  return sockets.length
}

/** It subscribes and reads nothing, while far more is published than the kernel's buffers take. */
async function slowSubscriber(
  context: FaultContext,
  city: FaultCity,
  load: FaultLoad,
  relayed: Set<string>,
  messages: number
): Promise<number> {
  const [speaks = '', listens = ''] = await deviceSecrets(city.data, ['gw-speaker', 'gw-listener'])
  const url = `mqtt://127.0.0.1:${city.mqttPort}`
  const slow: Socket[] = []
  context.onEnd(() => destroyAll(slow))
  for (const qos of [0, 1] as const) {
    const hello = connectPacket({ clientId: `slow-${qos}`, username: 'gw-listener', password: listens })
    const socket = await connectRaw(city.mqttPort, hello)
    socket.write(subscribePacket(1, 'relay/#', qos))
    slow.push(socket)
  }
  const reader = await connectAsync(url, { clientId: 'reader', username: 'gw-listener', password: listens })
  context.onEnd(() => reader.endAsync(true))
  let read = 0
  reader.on('message', () => {
    read++
  })
  await reader.subscribeAsync('relay/#', { qos: 1 })
  const speaker = await connectAsync(url, { clientId: 'speaker', username: 'gw-speaker', password: speaks })
  context.onEnd(() => speaker.endAsync(true))
  // A reading like any other, with much room in it.
  const entity = city.devices[0]?.entity ?? ''
  const room = ' '.repeat(relayedBytes)
  const begin = Date.now() - messages
  const say = async (n: number) => {
    const number = nextNumber()
    const dateObserved = new Date(begin + n).toISOString()
    const payload = `{"id":"${entity}","intensity":${number},"dateObserved":"${dateObserved}"${room}}`
    await speaker.publishAsync('relay/x', payload, { qos: 1 })
    relayed.add(`${entity}#${number}`)
  }
  for (let n = 0; n < messages; n += 10) await Promise.all(Array.from({ length: 10 }, (_, i) => say(n + i)))
  await stillServed(load, 'a slow subscriber')
  await waitFor(() => read >= messages, 30_000).catch(() => undefined)
  context.expect(read === messages, `the subscriber that reads got ${read} of ${messages} messages`)
  context.log(
    `${messages} messages of ${relayedBytes / 1_000} kB beside subscribers that read nothing; ${city.peakMegabytes()} MB`
  )
  await Promise.all([reader.endAsync(true), speaker.endAsync(true)])
  destroyAll(slow)
  return slow.length
}

/** Clients that come and go, each a whole CONNECT with its secret. */
async function reconnectStorm(
  context: FaultContext,
  city: FaultCity,
  load: FaultLoad,
  devices: readonly FaultDevice[],
  {
    count,
    seconds,
    within = Number.POSITIVE_INFINITY
  }: {
    count: number
    /** Over which they are spread. */
    seconds: number
    /** Seconds that they may take. */
    within?: number
  }
): Promise<number> {
  const began = performance.now()
  let made = 0
  let refused = 0
  const underWay = new Set<Promise<void>>()
  const connectOnce = async (n: number) => {
    const { device, secret } = devices[n % devices.length] as FaultDevice
    try {
      const client = await connectAsync(`mqtt://127.0.0.1:${city.mqttPort}`, {
        clientId: `storm-${n}`,
        username: device,
        password: secret,
        reconnectPeriod: 0
      })
      // Every other one just disappears.
      if (n % 2 === 0) await client.endAsync()
      else client.stream.destroy()
      await client.endAsync(true)
    } catch {
      refused++
    }
  }
  while (made < count) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1_000) * (count / seconds)))
    // Of one credential few may be there at once; a storm of more would only be turned away.
    for (; made < due && underWay.size < devices.length * 4; made++) {
      const one = connectOnce(made).finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await sleep(5)
  }
  await Promise.all(underWay)
  const took = Math.round((performance.now() - began) / 1_000)
  context.expect(refused === 0, `${refused} of ${count} connections were refused`)
  context.expect(took <= within, `${count} reconnects took ${took} s, and may take ${within} s`)
  context.log(`${count} reconnects in ${took} s; ${city.peakMegabytes()} MB`)
  await stillServed(load, 'a storm of reconnects')
  await waitFor(async () => (await city.running.health()).broker.connected <= loadDevices + 1, 30_000).catch(() =>
    context.expect(false, 'connections that are gone still count as connected')
  )
  return count
}

/** Publishes as fast as it may and reads no PUBACK until it is told to listen; then gives the keys of those it hears. */
async function startDeafPublisher(
  context: FaultContext,
  city: FaultCity,
  { device, entity, secret }: FaultDevice,
  most: number
): Promise<{ listen(): Promise<Set<string>> }> {
  const socket = await connectRaw(
    city.mqttPort,
    connectPacket({ clientId: 'deaf', username: device, password: secret })
  )
  context.onEnd(() => socket.destroy())
  const begin = Date.now() - most
  const keys: string[] = []
  let stopped = false
  const publishing = (async () => {
    while (keys.length < most && !stopped && !socket.destroyed) {
      const n = keys.length
      const dateObserved = new Date(begin + n).toISOString()
      const number = nextNumber()
      const payload = `{"id":"${entity}","intensity":${number},"dateObserved":"${dateObserved}"}`
      keys.push(`${entity}#${number}`)
      // Message ids go from 1 to 65,535 and round again; no more than that may be without a PUBACK.
      const flowing = socket.write(publishPacket((n % 65_535) + 1, `city/centre/traffic/${device}/obs`, payload))
      if (!flowing) await Promise.race([new Promise((drained) => socket.once('drain', drained)), sleep(1_000)])
      if (socket.writableLength > 1_000_000) await sleep(200)
      if (n % 100 === 99) await sleep(20)
    }
  })()
  return {
    async listen() {
      stopped = true
      await publishing
      const heard = new Set<string>()
      let count = 0
      // Acknowledgements come in the order of the messages.
      const onData = readPubacks(() => {
        const key = keys[count++]
        if (key !== undefined) heard.add(key)
      })
      socket.on('data', onData)
      socket.resume()
      await waitFor(() => heard.size === keys.length || socket.closed, 60_000).catch(() => undefined)
      context.log(
        `${keys.length} messages before anything was read, then ${heard.size} PUBACKs; ${city.peakMegabytes()} MB`
      )
      context.expect(socket.closed || heard.size === keys.length, `${heard.size} of ${keys.length} PUBACKs came`)
      socket.destroy()
      return heard
    }
  }
}

function destroyAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}
