import type { Client } from 'aedes'
import type { Speaker } from '../directory/speaker.ts'

export interface Connections {
  /** The client has shown the speaker's credentials. */
  identify(client: Client, speaker: Speaker): void
  speakerOf(client: Client): Speaker | undefined
  /** It has its session; where the speaker has too many, the oldest is closed. */
  opened(client: Client): void
  closed(client: Client): void
  of(speaker: string): readonly Client[]
  readonly count: number
}

/**
 * Who is connected as whom. A device that lost power comes back under a new client id while its old connection still
 * waits for its keepalive to run out; so one credential may have a few connections, and the oldest makes room.
 */
export function createConnections({ maxPerSpeaker }: { maxPerSpeaker: number }): Connections {
  const speakers = new WeakMap<Client, Speaker>()
  const clients = new Map<string, Client[]>()
  let count = 0
  return {
    identify: (client, speaker) => {
      speakers.set(client, speaker)
    },
    speakerOf: (client) => speakers.get(client),
    opened(client) {
      const speaker = speakers.get(client)
      if (speaker === undefined) return
      const open = clients.get(speaker.id) ?? []
      clients.set(speaker.id, open)
      open.push(client)
      count++
      if (open.length > maxPerSpeaker) open[0]?.close()
    },
    closed(client) {
      const speaker = speakers.get(client)
      const open = speaker && clients.get(speaker.id)
      const at = open?.indexOf(client) ?? -1
      if (speaker === undefined || open === undefined || at < 0) return
      open.splice(at, 1)
      count--
      if (open.length === 0) clients.delete(speaker.id)
    },
    of: (speaker) => clients.get(speaker) ?? [],
    get count() {
      return count
    }
  }
}
