import {
  type DeviceRegister,
  formatInstant,
  formatTopic,
  type GatewayRegistration,
  type ReadingType
} from '@city-brain/model'
import type { Fault } from '../faults.ts'
import type { Random } from '../random.ts'
import { createDeviceClient, type DeviceClient } from './device-client.ts'
import type { Log } from './log.ts'
import { uplinkOf } from './uplink.ts'

/** All simulated devices with their connections. */
export type Fleet = {
  /** Publishes a reading of an entity through the device that speaks for it. */
  report(entity: string, type: ReadingType, now: number, values: Record<string, unknown>): void
  /** The device that runs an entity of another id, e.g. an intersection's controller, with its topics. */
  deviceOf(
    entity: string
  ): { client: DeviceClient; topic: (channel: 'spat' | 'ack' | 'cmd') => string; faults: readonly Fault[] } | undefined
  backfillGateway(): { client: DeviceClient; topic: (name: string) => string } | undefined
  close(): Promise<void>
}

type Speaker = {
  client: DeviceClient
  publish: (entity: string, type: ReadingType, date: string, values: Record<string, unknown>) => [string, string]
}

/** Connections are opened over some seconds, so that a start is not a storm. */
const spreadMilliseconds = 4_000

/** @throws Error where a device of the simulation has no secret */
export function createFleet(options: {
  register: DeviceRegister
  url: string
  secrets: Readonly<Record<string, string>>
  faults: readonly Fault[]
  random: Random
  log: Log
}): Fleet {
  const { register, url, secrets, faults, random, log } = options
  const devices = (register.devices ?? []).filter((device) => device.simulated)
  const gateways = (register.gateways ?? []).filter((gateway) => gateway.simulated)
  const without = [...devices, ...gateways].filter(({ id }) => !secrets[id]).map(({ id }) => id)
  if (without.length > 0)
    throw new Error(`No secret was handed over for ${without.slice(0, 5).join(', ')}${without.length > 5 ? ' …' : ''}`)
  const connectOne = (id: string, statusTopic?: string) =>
    createDeviceClient({
      url,
      id,
      secret: secrets[id] ?? '',
      statusTopic,
      reconnectPeriod: Math.round(random.between(1_500, 3_500)),
      connectAfter: random.between(0, spreadMilliseconds),
      log
    })

  const clients: DeviceClient[] = []
  const speakers = new Map<string, Speaker>()
  const prefixes: { prefix: string; speaker: Speaker }[] = []
  const owners = new Map<string, ReturnType<Fleet['deviceOf']>>()
  let history: ReturnType<Fleet['backfillGateway']>

  for (const { id, area, domain, entities = [] } of devices) {
    const topicOf = (channel: 'obs' | 'status' | 'spat' | 'ack' | 'cmd') =>
      formatTopic({ area, domain, device: id, channel })
    const client = connectOne(id, topicOf('status'))
    clients.push(client)
    const speaker: Speaker = {
      client,
      publish: (entity, type, dateObserved, values) => [
        topicOf('obs'),
        JSON.stringify({ ...(entity === id ? {} : { id: entity }), type, dateObserved, ...values })
      ]
    }
    for (const entity of [id, ...entities]) speakers.set(entity, speaker)
    for (const entity of entities) owners.set(entity, { client, topic: topicOf, faults: faultsOf(entity, id) })
  }
  for (const gateway of gateways) {
    const client = connectOne(gateway.id)
    clients.push(client)
    const [topic = ''] = gateway.topics
    if (gateway.source === 'backfill') history = { client, topic: (name) => topic.replace(/[+#]/, name) }
    else {
      const speaker = gatewaySpeaker(gateway, topic, client)
      if (gateway.entityPrefix) prefixes.push({ prefix: gateway.entityPrefix, speaker })
      for (const entity of gateway.entities ?? []) speakers.set(entity, speaker)
    }
  }

  function faultsOf(entity: string, device: string): Fault[] {
    return faults.filter((fault) => fault.id === entity || fault.id === device)
  }

  const stuck = new Map<string, Record<string, unknown>>()
  const cuts = faults.flatMap((fault) => {
    if (fault.kind !== 'disconnect') return []
    const client = clients.find(({ id }) => id === fault.id) ?? speakers.get(fault.id)?.client
    return client ? [setInterval(() => client.cut(), fault.seconds * 1_000)] : []
  })

  return {
    report(entity, type, now, values) {
      const speaker = speakers.get(entity) ?? prefixes.find(({ prefix }) => entity.startsWith(prefix))?.speaker
      if (!speaker) return
      let date = now
      let sent = values
      let isGarbage = false
      let times = 1
      for (const fault of faultsOf(entity, speaker.client.id)) {
        if (fault.kind === 'silence') return
        if (fault.kind === 'stuck') {
          sent = stuck.get(entity) ?? values
          stuck.set(entity, sent)
        }
        if (fault.kind === 'garbage') isGarbage = true
        if (fault.kind === 'duplicates') times = 2
        if (fault.kind === 'clock-skew') date += fault.seconds * 1_000
      }
      const [topic, payload] = speaker.publish(entity, type, formatInstant(date), sent)
      const bytes = isGarbage ? garble(payload, random) : payload
      for (let i = 0; i < times; i++) speaker.client.publish(topic, bytes, 1)
    },
    deviceOf: (entity) => owners.get(entity),
    backfillGateway: () => history,
    async close() {
      for (const timer of cuts) clearInterval(timer)
      await Promise.all(clients.map((client) => client.close()))
    }
  }
}

/** A network server in LoRaWAN's manner where its topics say so; any other gateway speaks the vocabulary itself. */
function gatewaySpeaker(gateway: GatewayRegistration, filter: string, client: DeviceClient): Speaker {
  let count = 0
  if (filter.startsWith('lorawan/')) {
    return {
      client,
      publish: (entity, _type, dateObserved, values) => {
        count++
        const { device, payload } = uplinkOf(entity, dateObserved, values, count)
        return [filter.replace('+', device), payload]
      }
    }
  }
  return {
    client,
    publish: (entity, type, dateObserved, values) => [
      filter.replace(/[+#]/, gateway.id),
      JSON.stringify({ id: entity, type, dateObserved, ...values })
    ]
  }
}

/** What broken firmware sends: cut off, not text, or of the wrong form. */
function garble(payload: string, random: Random): string | Buffer {
  const kind = random.integer(0, 2)
  if (kind === 0) return payload.slice(0, Math.floor(payload.length * random.between(0.2, 0.9)))
  if (kind === 1) return Buffer.from([0xff, 0xfe, 0x00, ...Array.from({ length: 24 }, () => random.integer(0, 255))])
  return JSON.stringify({ dateObserved: 'yesterday', fillingLevel: 'full', value: random.next() })
}
