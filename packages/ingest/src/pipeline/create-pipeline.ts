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
import { createNormalise, type TimesChange } from './normalise.ts'
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
  const judge = createJudgement({ directory, state, clock, limits, onTimes: queue.changed })
  return [
    judge.decode,
    judge.authorise,
    judge.validate,
    judge.deduplicate,
    judge.normalise,
    createAppend({ queue, directory, throttle, statuses: state.statuses })
  ]
}

/** The steps that find out what a message is, and store nothing: a dry run needs no more. */
export function createJudgement({
  directory,
  state,
  clock,
  limits,
  onTimes
}: {
  directory: Directory
  state: IngestState
  clock: Clock
  limits: DecodeLimits
  onTimes: (change: TimesChange) => void
}) {
  return {
    decode: createDecode(limits),
    authorise: createAuthorise(directory),
    validate,
    deduplicate: createDeduplicate(state),
    normalise: createNormalise({ state, clock, onTimes })
  } satisfies Record<string, Step>
}
