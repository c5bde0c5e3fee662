import type { Directory } from '../directory/directory.ts'
import type { Fault, Message } from '../pipeline/message.ts'
import { NotStored } from './commit-queue.ts'
import type { Intake } from './intake.ts'

/** What became of a delivery's readings, once that is on disk. An undecodable payload counts as one. */
export type DeliveryFates = {
  accepted: number
  rejected: number
  duplicate: number
  /** A feed passed the message over on purpose. */
  ignored: boolean
  /** Why readings were rejected, `index` being their place in a payload of several: the first ten. */
  faults: (Fault & { index?: number })[]
}

const maxFaults = 10

/**
 * Takes what does not come over MQTT, by the same way. Resolves when the fate is on disk; rejects with `NotStored` where
 * nothing can be stored now, or too much waits for the disk already, so that the sender tries again.
 */
export function createDeliveryReceiver({
  directory,
  intake,
  storing,
  mayRead
}: {
  directory: Directory
  intake: Intake
  storing: () => boolean
  mayRead: () => boolean
}): (gateway: string, topic: string, payload: Buffer) => Promise<DeliveryFates> {
  return async (gateway, topic, payload) => {
    const speaker = directory.speaker(gateway)
    if (speaker === undefined) throw new Error(`${gateway} is not registered`)
    if (!storing()) throw new NotStored('the journal stores nothing now')
    if (!mayRead()) throw new NotStored('too much waits for the disk')
    return await new Promise((resolve, reject) => {
      const message = intake.receive(speaker, topic, payload, (fault) =>
        fault ? reject(fault) : resolve(fatesOf(message))
      )
    })
  }
}

/** As `append` counts them. */
export function fatesOf({ duplicate, fault, ignored, candidates }: Message): DeliveryFates {
  const fates: DeliveryFates = { accepted: 0, rejected: 0, duplicate: 0, ignored, faults: [] }
  if (duplicate) fates.duplicate = Math.max(1, candidates.length)
  else if (fault) {
    fates.rejected = 1
    fates.faults.push(fault)
  } else {
    for (const candidate of candidates) {
      if (candidate.fault === undefined) fates.accepted++
      else {
        fates.rejected++
        if (fates.faults.length >= maxFaults) continue
        fates.faults.push({
          ...candidate.fault,
          ...(candidate.index === undefined ? {} : { index: candidate.index })
        })
      }
    }
  }
  return fates
}
