import type { Clock } from '@city-brain/model'
import type { WrongTopicThrottle } from '../dead-letters/wrong-topic-throttle.ts'
import type { Directory } from '../directory/directory.ts'
import type { CommitQueue } from '../intake/commit-queue.ts'
import type { IngestState } from '../state/ingest-state.ts'
import { createAppend } from './append.ts'
import { createAuthorise } from './authorise.ts'
import { createDecode, type DecodeLimits } from './decode.ts'
import { createDeduplicate } from './deduplicate.ts'
import type { Step } from './message.ts'
import { createNormalise } from './normalise.ts'
import { validate } from './validate.ts'

/** What becomes of a message, top to bottom. No step throws for what a device sends: faults are written on the message. */
export function createPipeline({
  directory,
  state,
  queue,
  throttle,
  clock,
  limits
}: {
  directory: Directory
  state: IngestState
  queue: CommitQueue
  throttle: WrongTopicThrottle
  clock: Clock
  limits: DecodeLimits
}): Step[] {
  return [
    createDecode(limits),
    createAuthorise(directory),
    validate,
    createDeduplicate(state),
    createNormalise({ state, clock, onTimes: queue.changed }),
    createAppend({ queue, directory, throttle, statuses: state.statuses })
  ]
}
