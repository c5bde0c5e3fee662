import type { DeviceStatus } from '@city-brain/model'
import type { Speaker } from '../directory/speaker.ts'
import type { Message } from '../pipeline/message.ts'
import type { Delivery } from './open-connection.ts'

export interface RepeatedState {
  /** The delivery tells nothing new: it may be acknowledged and forgotten. */
  isRepeat(speaker: Speaker, delivery: Delivery): boolean
  /** A message was taken in. */
  taken(message: Message): void
  /** Its fate is decided. */
  settled(message: Message): void
}

/**
 * Every SUBSCRIBE brings the retained messages again. Readings among them are recognised by their fingerprints like any
 * repeat. Of a device's status only a change from what the journal has is news; while one is on its way to the disk nothing
 * is known, since what is a repeat is acknowledged at once. Retained signal states and acknowledgements of commands are out
 * of date by nature, and what was said since is in the session.
 */
export function createRepeatedState(stored: ReadonlyMap<string, DeviceStatus>): RepeatedState {
  /** How many of a device's status are on their way to the disk. */
  const underWay = new Map<string, number>()
  const isNews = ({ route, fault }: Message) => route.channel === 'status' && fault === undefined
  return {
    isRepeat(speaker, { topic, payload, retain, dup }) {
      if (!retain && !dup) return false
      const channel = speaker.channelOf(topic)
      if (channel === 'spat' || channel === 'ack') return retain
      if (channel !== 'status' || underWay.has(speaker.id)) return false
      const known = stored.get(speaker.id)
      return known !== undefined && isSame(known, payload)
    },
    taken(message) {
      const { id } = message.speaker
      if (isNews(message)) underWay.set(id, (underWay.get(id) ?? 0) + 1)
    },
    settled(message) {
      if (!isNews(message)) return
      const { id } = message.speaker
      const left = (underWay.get(id) ?? 0) - 1
      if (left > 0) underWay.set(id, left)
      else underWay.delete(id)
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
