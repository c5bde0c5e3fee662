import type { Message } from '../pipeline/message.ts'
import type { IngestState } from './ingest-state.ts'

/** What was remembered of a message that is not stored is forgotten, so that its repeat is taken as new. */
export function forgetMessage(message: Message, state: IngestState): void {
  const { speaker, fingerprint, duplicate, takenFrame } = message
  if (fingerprint !== 0 && !duplicate) state.window(speaker.id).remove(fingerprint)
  if (takenFrame !== undefined) state.frames.takeBack(takenFrame)
}
