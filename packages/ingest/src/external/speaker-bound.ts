import { windowSize } from '../state/fingerprint-window.ts'

export interface SpeakerBound {
  /** A message of this speaker has come. */
  add(speaker: string): void
  /** Its fate is decided. */
  remove(speaker: string): void
  /** False while some speaker has as many messages under way as are remembered of it. */
  readonly open: boolean
}

/**
 * When a connection goes, all that was not acknowledged on it comes again, and must be among the messages that are remembered
 * of its speaker, or it is stored twice. So no more is read while so many of one speaker are under way. Acknowledgements that
 * were written and never arrived are beyond this; how many those can be is the broker's limit of messages in flight.
 */
export function createSpeakerBound(most = windowSize): SpeakerBound {
  const underWay = new Map<string, number>()
  let full = 0
  return {
    add(speaker) {
      const count = (underWay.get(speaker) ?? 0) + 1
      underWay.set(speaker, count)
      if (count === most) full++
    },
    remove(speaker) {
      const count = underWay.get(speaker) ?? 0
      if (count === most) full--
      if (count <= 1) underWay.delete(speaker)
      else underWay.set(speaker, count - 1)
    },
    get open() {
      return full === 0
    }
  }
}
