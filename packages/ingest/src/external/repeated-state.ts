import type { DeviceStatus } from '@city-brain/model'
import type { Speaker } from '../directory/speaker.ts'
import type { Message } from '../pipeline/message.ts'
import type { Delivery } from './open-connection.ts'

export interface RepeatedState {
  /** The delivery tells nothing new: it may be acknowledged and forgotten. */
  isRepeat(speaker: Speaker, delivery: Delivery): boolean
  /** A message was taken in. */
  taken(message: Message): void
  /** It was not stored. */
  lost(message: Message): void
}

/**
 * Every SUBSCRIBE brings the retained messages again. Readings among them are recognised by their fingerprints like any
 * repeat. Of a device's status only a change is news: the last one that was taken in is remembered, and before that, what
 * the journal knows. Retained signal states and acknowledgements of commands are out of date by nature, and what was said
 * since is in the session.
 */
export function createRepeatedState(stored: ReadonlyMap<string, DeviceStatus>): RepeatedState {
  /** Later than what is stored: its entries may still be on their way to the disk. */
  const taken = new Map<string, DeviceStatus>()
  return {
    isRepeat(speaker, { topic, payload, retain, dup }) {
      if (!retain && !dup) return false
      const channel = speaker.channelOf(topic)
      if (channel === 'spat' || channel === 'ack') return retain
      if (channel !== 'status') return false
      const known = taken.get(speaker.id) ?? stored.get(speaker.id)
      return known !== undefined && isSame(known, payload)
    },
    taken(message) {
      if (message.route.channel !== 'status' || message.fault !== undefined) return
      taken.set(message.speaker.id, message.value as DeviceStatus)
    },
    lost({ route, speaker }) {
      if (route.channel === 'status') taken.delete(speaker.id)
    }
  }
}

function isSame(known: DeviceStatus, payload: Buffer): boolean {
  try {
    const said = JSON.parse(payload.toString('utf8')) as Partial<DeviceStatus> | null
    return said?.status === known.status && said.softwareVersion === known.softwareVersion
  } catch {
    // The pipeline says what is wrong with it.
    return false
  }
}
