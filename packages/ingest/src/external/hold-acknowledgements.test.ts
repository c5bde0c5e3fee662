import { type AddressInfo, createServer } from 'node:net'
import { Aedes, type Client } from 'aedes'
import mqtt, { type IPublishPacket } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../testing/start-ingest.ts'
import { holdAcknowledgements } from './hold-acknowledgements.ts'

// A real broker that says which acknowledgements arrive.
let broker: Aedes
let url: string
let acknowledged: number[]
let close: () => Promise<void>

beforeEach(async () => {
  broker = await Aedes.createBroker()
  acknowledged = []
  const server = createServer(broker.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`
  broker.on('ack', (packet) => acknowledged.push((packet as { messageId?: number } | undefined)?.messageId ?? -1))
  close = async () => {
    server.close()
    await new Promise<void>((resolve) => broker.close(resolve))
  }
})
afterEach(() => close())

const publish = (count: number) => {
  for (let i = 0; i < count; i++) {
    broker.publish(
      { cmd: 'publish', topic: 't', payload: Buffer.from(String(i)), qos: 1, retain: false, dup: false },
      () => {}
    )
  }
}

async function holdingClient() {
  const client = mqtt.connect(url, { clientId: 'city', clean: false, reconnectPeriod: 0 })
  const held = holdAcknowledgements(client)
  const received: { text: string; release: () => void }[] = []
  client.handleMessage = (packet: IPublishPacket, done) => {
    received.push({ text: packet.payload.toString(), release: held.hold(packet.messageId ?? -1) })
    done()
  }
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  await client.subscribeAsync('t', { qos: 1 })
  return { client, held, received }
}

test('the pinned mqtt.js acknowledges through _sendPacket: held back there, nothing is acknowledged and reading goes on', async () => {
  const { client, held, received } = await holdingClient()
  publish(50)
  await until('all fifty are read, though none is acknowledged', () => received.length === 50)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(acknowledged).toEqual([])
  expect(held.waiting).toBe(50)
  for (const { release } of received) release()
  await until('all fifty are acknowledged', () => acknowledged.length === 50)
  expect(held.waiting).toBe(0)
  await client.endAsync(true)
})

test('acknowledgements leave in the order of the messages, whatever the order in which they are released', async () => {
  const { client, received } = await holdingClient()
  const sent: number[] = []
  client.on('packetsend', (packet) => {
    if (packet.cmd === 'puback') sent.push(packet.messageId ?? -1)
  })
  const ids: number[] = []
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'publish') ids.push(packet.messageId ?? -1)
  })
  publish(3)
  await until('three came', () => received.length === 3)
  received[2]?.release()
  received[1]?.release()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(sent).toEqual([])
  received[0]?.release()
  expect(sent).toEqual(ids)
  await client.endAsync(true)
})

test('what is held when the connection goes is never sent; the broker delivers it again', async () => {
  const first = await holdingClient()
  publish(2)
  await until('two came', () => first.received.length === 2)
  first.received[0]?.release()
  await until('one is acknowledged', () => acknowledged.length === 1)
  const gone = new Promise<Client>((resolve) => broker.once('clientDisconnect', resolve))
  first.client.stream.destroy()
  await gone
  first.held.drop()
  const again = await holdingClient()
  await until('the other one comes again', () => again.received.length === 1)
  expect(again.received).toMatchObject([{ text: '1' }])
  // Its fate was decided after the connection had gone.
  first.received[1]?.release()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(acknowledged).toHaveLength(1)
  await again.client.endAsync(true)
})

test('a version of mqtt.js without the hook is refused at once', () => {
  const client = { handleMessage: () => {} }
  expect(() => holdAcknowledgements(client as unknown as mqtt.MqttClient)).toThrow(/_sendPacket/)
})
