import type { Clock, CommandOutlet } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Speaker } from '../directory/speaker.ts'
import type { Intake } from '../intake/intake.ts'
import type { Log } from '../log.ts'
import type { Message, Settle } from '../pipeline/message.ts'
import type { IngestState } from '../state/ingest-state.ts'
import { createUpstream, type RetryWaits, type Upstream } from './create-upstream.ts'
import { createExternalOutlet } from './external-outlet.ts'
import type { Delivery } from './open-connection.ts'
import { createRepeatedState } from './repeated-state.ts'
import { createSpeakerBound } from './speaker-bound.ts'
import { createTopicSpeakers, createUnclaimedSpeaker, type GatewayTopics } from './topic-speakers.ts'
import type { UpstreamHealth, UpstreamSettings } from './upstream-settings.ts'

/** Brokers that are not ours. */
export type Brokers = {
  /** Devices, and gateways without a broker of their own, speak to this one; nothing listens here then. */
  external?: UpstreamSettings
  gateways: readonly (GatewayTopics & { broker?: UpstreamSettings })[]
  retry?: RetryWaits
}

export interface Upstreams {
  health(): UpstreamHealth[]
  /** The way to devices behind an external broker; without one it takes nothing. */
  readonly outlet: CommandOutlet
  /** Where there is an external broker: who speaks on a topic. */
  readonly speakerByTopic: ((topic: string) => Speaker | undefined) | undefined
  /** Retained messages that told nothing new, since the start. */
  readonly repeats: number
  wake(): void
  pause(): void
  close(): Promise<void>
}

/** What devices publish; `cmd` is the city's own. */
const deviceFilters = ['obs', 'status', 'ack', 'spat'].map((channel) => `city/+/+/+/${channel}`)

/** The city as a client of other brokers: of one in place of its own, and of those that gateways bring. */
export function createUpstreams({
  brokers: { external, gateways, retry },
  directory,
  intake,
  state,
  mayRead,
  storing,
  clock,
  log
}: {
  brokers: Brokers
  directory: Directory
  intake: Intake
  state: IngestState
  mayRead: () => boolean
  storing: () => boolean
  clock: Clock
  log: Log
}): Upstreams {
  const repeated = createRepeatedState(state.statuses)
  const bound = createSpeakerBound()
  let repeats = 0

  const receiveFrom = (speakerOf: (topic: string) => Speaker | undefined, name: string) => {
    const unclaimed = createUnclaimedSpeaker(name)
    return (delivery: Delivery, settle: Settle) => {
      const speaker = speakerOf(delivery.topic) ?? unclaimed
      if (repeated.isRepeat(speaker, delivery)) {
        repeats++
        return settle()
      }
      let message: Message | undefined
      let isSettled = false
      bound.add(speaker.id)
      message = intake.receive(speaker, delivery.topic, delivery.payload, (fault) => {
        bound.remove(speaker.id)
        if (message !== undefined) repeated.settled(message)
        isSettled = true
        settle(fault)
      })
      if (!isSettled) repeated.taken(message)
    }
  }
  const open = (settings: UpstreamSettings, filters: readonly string[], receive: ReturnType<typeof receiveFrom>) =>
    createUpstream({
      settings,
      filters,
      receive,
      mayRead: () => bound.open && mayRead(),
      storing,
      clock,
      log,
      retry
    })

  // Those that were revoked since are not subscribed to any more.
  const registered = gateways.filter(({ id }) => directory.speaker(id) !== undefined)
  const all: Upstream[] = []
  let outlet: CommandOutlet = { send: () => Promise.resolve(false) }
  let speakerByTopic: Upstreams['speakerByTopic']
  if (external !== undefined) {
    const speakers = registered.filter(({ broker }) => broker === undefined)
    speakerByTopic = createTopicSpeakers({ directory, gateways: speakers })
    const filters = [...deviceFilters, ...new Set(speakers.flatMap(({ topics }) => topics))]
    const upstream = open(external, filters, receiveFrom(speakerByTopic, external.name))
    outlet = createExternalOutlet({ upstream, directory, statuses: state.statuses })
    all.push(upstream)
  }
  for (const { id, topics, broker } of registered) {
    if (broker === undefined) continue
    all.push(
      open(
        broker,
        topics,
        receiveFrom(() => directory.speaker(id), broker.name)
      )
    )
  }

  return {
    health: () => all.map((upstream) => upstream.health()),
    outlet,
    speakerByTopic,
    get repeats() {
      return repeats
    },
    wake() {
      for (const upstream of all) upstream.wake()
    },
    pause() {
      for (const upstream of all) upstream.pause()
    },
    close: async () => void (await Promise.all(all.map((upstream) => upstream.close())))
  }
}
