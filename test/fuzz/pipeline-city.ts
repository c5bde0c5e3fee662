import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type CompiledFeed, compileFeed } from '@city-brain/ingest'
import { type Asset, type AssetCollection, type DeviceRegister, parseYamlDocument } from '@city-brain/model'

const root = resolve(import.meta.dirname, '../..')

const asset = (id: string, properties: Record<string, unknown>): Asset =>
  ({
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: [121, 29] },
    properties: { name: { en: id, zh: id }, area: 'lumen', ...properties }
  }) as Asset

const container = { kind: 'container', storedWasteKind: 'glass', binCapacity: 1_100 }

/** What the pipeline is fuzzed with: a device of each domain, one that speaks for several entities, and a gateway. */
export const fuzzAssets: AssetCollection = {
  type: 'FeatureCollection',
  features: [
    asset('det-1', { kind: 'detector', period: 60 }),
    asset('det-2', { kind: 'detector', period: 60 }),
    asset('bin-1', container),
    asset('bin-2', container),
    asset('park-1', { kind: 'parkingSite', type: 'OffStreetParking', totalSpotNumber: 100 }),
    asset('int-1', { kind: 'intersection' })
  ]
}

export const fuzzRegister: DeviceRegister = {
  devices: [
    { id: 'cab-1', area: 'lumen', domain: 'traffic', entities: ['det-1', 'det-2'] },
    { id: 'bin-1', area: 'lumen', domain: 'waste' },
    { id: 'park-1', area: 'lumen', domain: 'parking' },
    { id: 'int-1', area: 'lumen', domain: 'signal' }
  ],
  gateways: [{ id: 'gateway', topics: ['lorawan/+/+/up', 'plain/#', 'lists/+'], entityPrefix: 'bin-' }]
}

const listFeed = `
feed: lists
topic: lists/+
each: payload.lots
when: payload.state != "nodata"
type: WasteContainer
entity: payload.id
dateObserved: receivedAt
attributes:
  fillingLevel: payload.fill / 100
  temperature: |
    fromBase64(payload.data).signed(0, 2) / 10
`

/** The demo city's feed of a network server, and one of lists. */
export function exampleFeedTexts(): string[] {
  return [readFileSync(join(root, 'cities/demo/feeds/lorawan.yaml'), 'utf8'), listFeed]
}

export function fuzzFeeds(): CompiledFeed[] {
  return exampleFeedTexts().map((text, i) => {
    const { feed, problems } = compileFeed(parseYamlDocument(`feeds/${i}.yaml`, text))
    if (!feed) throw new Error(`A feed of the fuzz city is wrong: ${JSON.stringify(problems)}`)
    return feed
  })
}

export type MessageClass = 'telemetry' | 'feed' | 'control' | 'wrong-topic'
export type FuzzMessage = { device: string; topic: string; payload: Buffer }

const controlChannels = new Set(['status', 'ack', 'spat'])

/** What a message is by its topic, worked out here once more so that the product's own judgement is not what is believed. */
export function classOf({ device, topic }: Pick<FuzzMessage, 'device' | 'topic'>): MessageClass {
  if (device === 'gateway') {
    const levels = topic.split('/')
    if (levels[0] === 'lorawan' && levels.length === 4 && levels[3] === 'up') return 'feed'
    if (levels[0] === 'lists' && levels.length === 2) return 'feed'
    return levels[0] === 'plain' ? 'telemetry' : 'wrong-topic'
  }
  const registration = fuzzRegister.devices?.find(({ id }) => id === device)
  const prefix = `city/lumen/${registration?.domain}/${device}/`
  if (!topic.startsWith(prefix)) return 'wrong-topic'
  const channel = topic.slice(prefix.length)
  if (channel === 'obs') return 'telemetry'
  return controlChannels.has(channel) ? 'control' : 'wrong-topic'
}
