import {
  type AssetCollection,
  type Clock,
  type DeviceRegister,
  type Draft,
  systemClock,
  type Tally
} from '@city-brain/model'
import { createWrongTopicThrottle } from '../dead-letters/wrong-topic-throttle.ts'
import { createDirectory } from '../directory/directory.ts'
import type { CompiledFeed } from '../feeds/compiled-feed.ts'
import type { CommitQueue } from '../intake/commit-queue.ts'
import { createIntake } from '../intake/intake.ts'
import { createPipeline } from '../pipeline/create-pipeline.ts'
import type { Message } from '../pipeline/message.ts'
import { createIngestState } from '../state/ingest-state.ts'
import { testAssets, testRegister } from './test-city.ts'

export type PipelineRun = { drafts: Draft[]; tally: Tally; message: Message }

/** The steps without broker and journal: what each message would append. */
export function createPipelineRunner({
  register = testRegister,
  assets = testAssets,
  feeds = [],
  clock = systemClock
}: {
  register?: DeviceRegister
  assets?: AssetCollection
  feeds?: CompiledFeed[]
  clock?: Clock
} = {}) {
  const directory = createDirectory({ register, assets })
  let drafts: Draft[] = []
  let tally: Tally = { accepted: 0, rejected: 0, duplicate: 0 }
  const queue: CommitQueue = {
    add: (draft) => drafts.push(draft),
    count: (fate, readings) => {
      tally[fate] += readings
    },
    changed: () => {},
    settle: () => {},
    messages: 0,
    bytes: 0,
    settled: async () => true
  }
  const throttle = createWrongTopicThrottle(clock)
  const limits = { maxPayloadBytes: 65_536, maxReadings: 1_000 }
  const state = createIngestState()
  const steps = createPipeline({ directory, state, queue, throttle, clock, limits })
  let broken: string | undefined
  const log = (_level: string, message: string, detail?: Record<string, unknown>) => {
    broken = `${message}: ${JSON.stringify(detail)}`
  }
  const intake = createIntake({ directory, feeds, steps, state, clock, log })
  /** Throws where a step threw. */
  return (device: string, topic: string, payload: string | Uint8Array | object): PipelineRun => {
    drafts = []
    tally = { accepted: 0, rejected: 0, duplicate: 0 }
    const bytes =
      payload instanceof Uint8Array
        ? Buffer.from(payload)
        : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
    const speaker = directory.speaker(device)
    if (speaker === undefined) throw new Error(`${device} is not registered`)
    const message = intake.receive(speaker, topic, bytes, () => {})
    if (broken !== undefined) throw new Error(broken)
    return { drafts, tally, message }
  }
}
