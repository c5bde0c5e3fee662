import type { Clock, CommandOutlet, DeviceStatus, Journal } from '@city-brain/model'
import { createBoundedLog } from './bounded-log.ts'
import { createAttemptLimit } from './broker/attempt-limit.ts'
import type { CheckCredentials } from './broker/authenticate.ts'
import { createCommandOutlet } from './broker/command-outlet.ts'
import { createConformancePolicy } from './broker/conformance-policy.ts'
import { createConnections } from './broker/connections.ts'
import { type BrokerLimits, createBroker } from './broker/create-broker.ts'
import type { RateLimits } from './broker/device-policy.ts'
import { openDeviceBroker, type TlsListener } from './broker/open-device-broker.ts'
import { createReadGate } from './broker/read-gate.ts'
import { createRefusalReport } from './broker/refusal-report.ts'
import { republishStatus } from './broker/republish-status.ts'
import { createReplay, type ReplayOutcome } from './dead-letters/replay-dead-letter.ts'
import { createWrongTopicThrottle } from './dead-letters/wrong-topic-throttle.ts'
import type { Directory } from './directory/directory.ts'
import { type Brokers, createUpstreams } from './external/create-upstreams.ts'
import type { UpstreamHealth } from './external/upstream-settings.ts'
import type { CompiledFeed } from './feeds/compiled-feed.ts'
import type { RadioFrames } from './frames/radio-frames.ts'
import { createDeliveryAdmission, type DeliveryRefusal } from './intake/admit-delivery.ts'
import { createCommitQueue } from './intake/commit-queue.ts'
import { createIntake } from './intake/intake.ts'
import { keepMessagesYoung } from './intake/keep-messages-young.ts'
import { createDeliveryReceiver, type DeliveryFates } from './intake/receive-delivery.ts'
import type { Log } from './log.ts'
import { createPipeline } from './pipeline/create-pipeline.ts'
import type { DecodeLimits } from './pipeline/decode.ts'
import { createIngestStateKeeper, restoreIngestState } from './state/keep-ingest-state.ts'

export type IngestLimits = DecodeLimits &
  BrokerLimits &
  RateLimits & {
    /** Messages and bytes that may wait for the disk before no more is read. */
    maxMessagesUnderWay: number
    maxBytesUnderWay: number
    /** Connections with the same credentials; above it the oldest is closed. */
    maxConnectionsPerSpeaker: number
  }

export const defaultLimits: IngestLimits = {
  maxPayloadBytes: 65_536,
  maxReadings: 1_000,
  maxQueuedMessages: 1_000,
  maxQueuedBytes: 1_000_000,
  maxSessionsPerSpeaker: 4,
  maxSubscriptions: 1_000,
  maxRetainedMessages: 100_000,
  maxRetainedBytes: 64_000_000,
  maxConnections: 20_000,
  maxPacketBytes: 1_000_000,
  maxUnderWayPerClient: 1_000,
  maxInflightInbound: 20_000,
  maxDeviceRate: 2_000,
  maxGatewayRate: 20_000,
  connectTimeout: 10_000,
  maxMessagesUnderWay: 20_000,
  maxBytesUnderWay: 32_000_000,
  maxConnectionsPerSpeaker: 8
}

/** Counts since the start that are in no tally, because nothing was received or kept for them. */
export type IngestCounts = {
  /** Messages that a feed's `when` passed over on purpose. */
  ignored: number
  /** Wrong topics above the throttle: counted as rejected, without a dead letter. */
  throttled: number
  /** Retained messages of other brokers that told nothing new. */
  repeats: number
  /** Connections that were refused because of who came: wrong credentials, not registered, or throttled. */
  refusedConnections: number
  /** Those of them whose credentials were not looked at, after too many wrong ones. */
  throttledConnections: number
}

export interface Ingest {
  /** The plain port of the embedded broker; 0 where there is none: devices use TLS only, or speak to an external broker. */
  readonly port: number
  /** Where it listens with TLS, if it does. */
  readonly tlsPort?: number
  /** Where a conformance suite finds a broker of its own, if it was asked for. */
  readonly conformancePort?: number
  /** Connections that have shown their credentials; with an external broker, devices whose last status is `online`. */
  connected(): number
  /** Whether this device or gateway is one of them. */
  isConnected(device: string): boolean
  /** Brokers that the city is a client of: the external one, and those of gateways. */
  upstreams(): UpstreamHealth[]
  counts(): IngestCounts
  readonly outlet: CommandOutlet
  /** Who brings a delivery that does not come over MQTT; see `createDeliveryAdmission`. `address`: of its socket. */
  admit(gateway: string, secret: Buffer, address: string): Promise<DeliveryRefusal>
  /** Takes what a gateway delivers otherwise than by MQTT; see `createDeliveryReceiver`. */
  receive(gateway: string, topic: string, payload: Buffer): Promise<DeliveryFates>
  /** Frame counters of the radio devices behind gateways, and what is missing of them. */
  frames(): Pick<RadioFrames, 'devices' | 'lost' | 'list'>
  /**
   * Closes all connections of a device or gateway, e.g. after its secret was changed. Those at an external broker are that
   * broker's: it has the credentials, and nothing is done here.
   */
  disconnect(device: string): void
  /** Runs a dead letter through the pipeline again, after the registry or a feed was mended. */
  replayDeadLetter(offset: number): Promise<ReplayOutcome>
  close(): Promise<void>
}

/** The MQTT front door: broker (embedded, or a connection to an external one), identity, pipeline, dead letters. Rejects where the port cannot be had (`EADDRINUSE`). */
export async function createIngest({
  journal,
  clock,
  directory,
  feeds,
  checkCredentials,
  host,
  port,
  tls,
  conformancePort,
  brokers = { gateways: [] },
  log,
  limits: someLimits = {}
}: {
  journal: Journal
  clock: Clock
  directory: Directory
  feeds: readonly CompiledFeed[]
  checkCredentials: CheckCredentials
  host: string
  /** 0: any free port; undefined: none without TLS. */
  port: number | undefined
  tls?: TlsListener
  /** A second broker, for a conformance suite: anybody may say anything there, so only on an address of loopback. */
  conformancePort?: number
  /** Brokers that are not ours; with an external one, `host` and `port` have no meaning. */
  brokers?: Brokers
  log: Log
  limits?: Partial<IngestLimits>
}): Promise<Ingest> {
  keepMessagesYoung()
  const limits = { ...defaultLimits, ...someLimits }
  const { state, savedOffset } = await restoreIngestState(journal, log)
  const gate = createReadGate({ maxMessages: limits.maxMessagesUnderWay, maxBytes: limits.maxBytesUnderWay })
  const queue = createCommitQueue({
    journal,
    state,
    clock,
    log,
    onSettled: (messages) => {
      gate.update(queue.messages, queue.bytes)
      upstreams.wake()
      keeper.count(messages)
    },
    onTaken: () => gate.update(queue.messages, queue.bytes)
  })
  const keeper = createIngestStateKeeper({ journal, state, savedOffset, settled: queue.settled, clock, log })
  const throttle = createWrongTopicThrottle(clock)
  const steps = createPipeline({ directory, state, queue, throttle, clock, limits })
  const intake = createIntake({ directory, feeds, steps, state, clock, log })
  const connections = createConnections({ maxPerSpeaker: limits.maxConnectionsPerSpeaker })
  const report = createRefusalReport({ record: (draft) => journal.append([draft]), log })
  const attempts = createAttemptLimit({ clock })
  const storing = () => journal.health().state === 'ok'
  const brokerLog = createBoundedLog(log, clock)
  const embedded =
    brokers.external === undefined
      ? await openDeviceBroker({
          directory,
          connections,
          intake,
          gate,
          checkCredentials,
          storing,
          attempts,
          report,
          clock,
          host,
          port,
          tls,
          limits,
          log: brokerLog
        })
      : undefined
  const conformance =
    conformancePort === undefined
      ? undefined
      : await createBroker({
          policy: createConformancePolicy({ intake, storing }),
          gate,
          listeners: [{ host, port: conformancePort }],
          limits: { ...limits, maxConnections: 1_000, maxSessionsPerSpeaker: 1_000 },
          log: brokerLog
        }).catch(async (error: unknown) => {
          await embedded?.close()
          throw error
        })
  if (embedded) republishStatus({ broker: embedded.broker, directory, statuses: state.statuses })
  const mayRead = () => gate.open
  const upstreams = createUpstreams({ brokers, directory, intake, state, mayRead, storing, clock, log })
  const { speakerByTopic } = upstreams
  const replay = createReplay({
    journal,
    directory,
    speakerByTopic,
    unclaimed: brokers.external?.name,
    feeds,
    state,
    clock,
    limits
  })
  return {
    port: embedded?.port ?? 0,
    ...(embedded?.tlsPort === undefined ? {} : { tlsPort: embedded.tlsPort }),
    ...(conformance === undefined ? {} : { conformancePort: conformance.ports[0] }),
    connected: () => (embedded ? connections.count : countOnline(state.statuses.values())),
    isConnected: (device) =>
      embedded ? connections.of(device).length > 0 : state.statuses.get(device)?.status === 'online',
    upstreams: () => upstreams.health(),
    counts: () => ({
      ignored: intake.ignored,
      throttled: throttle.passedOver,
      repeats: upstreams.repeats,
      refusedConnections: report.refused,
      throttledConnections: report.throttled
    }),
    admit: createDeliveryAdmission({ directory, checkCredentials, attempts, report }),
    receive: createDeliveryReceiver({ directory, intake, storing, mayRead }),
    frames: () => state.frames,
    outlet: embedded ? createCommandOutlet({ broker: embedded.broker, directory, connections }) : upstreams.outlet,
    disconnect: (device) => {
      for (const client of [...connections.of(device)]) client.close()
    },
    replayDeadLetter: replay,
    async close() {
      upstreams.pause()
      await Promise.all([embedded?.close(), conformance?.close()])
      await report.close()
      // What is under way is acknowledged before the connections to other brokers go.
      await queue.settled()
      await upstreams.close()
      await keeper.stop()
    }
  }
}

function countOnline(statuses: Iterable<DeviceStatus>): number {
  let online = 0
  for (const { status } of statuses) if (status === 'online') online++
  return online
}
