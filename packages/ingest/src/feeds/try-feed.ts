import {
  type Asset,
  type AssetCollection,
  type AssetProperties,
  type Clock,
  type DeviceRegister,
  isEntityId,
  type RadioFrame,
  type Reading,
  type ReadingType,
  topicMatches
} from '@city-brain/model'
import { createDirectory, type Directory } from '../directory/directory.ts'
import type { Speaker } from '../directory/speaker.ts'
import { recordOf } from '../frames/radio-frames.ts'
import { createTopicRoutes } from '../intake/topic-routes.ts'
import { createJudgement } from '../pipeline/create-pipeline.ts'
import type { DecodeLimits } from '../pipeline/decode.ts'
import { createMessage, type Fault, type Route } from '../pipeline/message.ts'
import { createIngestState } from '../state/ingest-state.ts'
import type { CompiledFeed } from './compiled-feed.ts'

/** What a city would make of one message. */
export type FeedTrial = {
  /** Who would bring it; undefined where no city was given. */
  speaker?: string
  readings: { entity: string; reading: Reading }[]
  /** Why readings, or the message as a whole, would be dead letters. `index`: of several, which. */
  faults: (Fault & { index?: number })[]
  /** Passed over by `when`. */
  ignored: boolean
  /** A repeat of one before, by its bytes or by its frame counter. */
  duplicate: boolean
  frame?: RadioFrame
}

/**
 * A dry run of a feed: messages go through the very steps of the pipeline that judge them in a running city, and nothing
 * is stored. With a city its registry decides who may publish where and report what; without one every entity exists, is
 * of the feed's type and may be reported. Messages are judged one after the other, so that repeats and gaps of frame
 * counters show.
 */
export function createFeedTrial({
  feed,
  city,
  clock,
  limits
}: {
  feed: CompiledFeed
  city?: { register: DeviceRegister; assets: AssetCollection }
  clock: Clock
  limits: DecodeLimits
}): (topic: string, payload: Buffer) => FeedTrial {
  const directory = city ? createDirectory(city) : openDirectory(feed)
  const state = createIngestState()
  const routeOf = createTopicRoutes(directory, [feed])
  const steps = createJudgement({ directory, state, clock, limits, onTimes: () => {} })
  const speakers = city ? speakersOf(directory, city.register) : () => [nobody(feed)]

  const judge = (speaker: Speaker, topic: string, payload: Buffer) => {
    const found = routeOf(speaker, topic)
    const route: Route = city ? found : { ...found, channel: 'telemetry', feed }
    const message = createMessage(speaker, route, payload, clock.now(), () => {})
    steps.decode(message)
    steps.authorise(message)
    return message
  }

  return (topic, payload) => {
    const fault = (code: Fault['code'], message: string): FeedTrial => ({
      readings: [],
      faults: [{ code, path: 'topic', message }],
      ignored: false,
      duplicate: false
    })
    if (!topicMatches(feed.topic, topic)) return fault('no-feed', `the feed maps ${feed.topic}, not ${topic}`)
    const messages = speakers(topic).map((speaker) => judge(speaker, topic, payload))
    // Where several may publish there, the one that may report the entity is meant.
    const message = messages.find(({ candidates }) => candidates.every(mayReport)) ?? messages[0]
    if (message === undefined) return fault('wrong-topic', `nobody in devices.yaml may publish on ${topic}`)
    steps.validate(message)
    steps.deduplicate(message)
    steps.normalise(message)
    const { candidates, ignored, duplicate, takenFrame } = message
    return {
      ...(city ? { speaker: message.speaker.id } : {}),
      readings: duplicate ? [] : candidates.flatMap(({ entity, reading }) => (reading ? [{ entity, reading }] : [])),
      faults: [
        ...(message.fault ? [message.fault] : []),
        ...candidates.flatMap(({ fault: found, index }) =>
          found ? [{ ...found, ...(index === undefined ? {} : { index }) }] : []
        )
      ],
      ignored,
      duplicate,
      ...(takenFrame ? { frame: recordOf(takenFrame, false) } : {})
    }
  }
}

function mayReport({ fault }: { fault: Fault | undefined }): boolean {
  return fault?.code !== 'not-authorised'
}

/** Who may publish on a topic: gateways by their filters, and the device that it names. */
function speakersOf(
  directory: Directory,
  { gateways = [], devices = [] }: DeviceRegister
): (topic: string) => Speaker[] {
  const all = [...gateways, ...devices].flatMap(({ id }) => directory.speaker(id) ?? [])
  return (topic) => all.filter((speaker) => speaker.channelOf(topic) === 'telemetry')
}

/** Somebody who may report whatever the feed yields. */
function nobody(feed: CompiledFeed): Speaker {
  const register: DeviceRegister = { gateways: [{ id: 'trial', topics: [feed.topic], entityPrefix: '' }] }
  return createDirectory({ register, assets: noAssets }).speaker('trial') as Speaker
}

/** Knows every entity that has a well-formed id, and knows it to be of the feed's type. */
function openDirectory(feed: CompiledFeed): Directory {
  const asset = (id: string): Asset | undefined =>
    isEntityId(id) ? { type: 'Feature', id, geometry: null, properties: propertiesOf(feed.type, id) } : undefined
  return { ...createDirectory({ register: {}, assets: noAssets }), asset }
}

const noAssets: AssetCollection = { type: 'FeatureCollection', features: [] }

function propertiesOf(type: ReadingType, id: string): AssetProperties {
  const named = { name: { en: id, zh: id }, area: 'trial' }
  switch (type) {
    case 'TrafficFlowObserved':
      return { kind: 'detector', ...named, period: 60 }
    case 'OffStreetParking':
    case 'OnStreetParking':
      return { kind: 'parkingSite', ...named, type }
    case 'ParkingSpot':
      return { kind: 'parkingSpot', ...named }
    case 'WasteContainer':
      return { kind: 'container', ...named, storedWasteKind: 'other', binCapacity: 1_000 }
  }
}
