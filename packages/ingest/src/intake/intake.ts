import type { Clock } from '@city-brain/model'
import type { Directory } from '../directory/directory.ts'
import type { Speaker } from '../directory/speaker.ts'
import type { CompiledFeed } from '../feeds/compiled-feed.ts'
import type { Log } from '../log.ts'
import { createMessage, type Message, type Settle, type Step } from '../pipeline/message.ts'
import { forgetMessage } from '../state/forget-message.ts'
import type { IngestState } from '../state/ingest-state.ts'
import { createTopicRoutes } from './topic-routes.ts'

export interface Intake {
  /** Runs a publish through the pipeline; `settle` is called when its fate is on disk. Never throws. */
  receive(speaker: Speaker, topic: string, payload: Buffer, settle: Settle): Message
  /** Messages that a feed's `when` passed over, since the start. */
  readonly ignored: number
}

/** The way of a message from the broker into the pipeline. */
export function createIntake({
  directory,
  feeds,
  steps,
  state,
  clock,
  log
}: {
  directory: Directory
  feeds: readonly CompiledFeed[]
  steps: readonly Step[]
  state: IngestState
  clock: Clock
  log: Log
}): Intake {
  const routeOf = createTopicRoutes(directory, feeds)
  let ignored = 0
  return {
    receive(speaker, topic, payload, settle) {
      const message = createMessage(speaker, routeOf(speaker, topic), payload, clock.now(), settle)
      try {
        for (const step of steps) step(message)
        if (message.ignored) ignored++
      } catch (error) {
        // A fault of ours. The message is not acknowledged and comes again: then it must not be taken for a repeat.
        forgetMessage(message, state)
        log('error', 'A message broke the pipeline', { device: speaker.id, topic, error: stackOf(error) })
        settle(new Error('internal fault'))
      }
      return message
    },
    get ignored() {
      return ignored
    }
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
