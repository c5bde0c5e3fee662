import { formatInstant, type RadioFrame } from '@city-brain/model'
import { beginSession, type FrameVerdict, judgeFrame, missFrame, type RadioSession } from './judge-frame.ts'

/** So many radio devices are remembered in all; those that were silent longest are forgotten first. */
const maxDevices = 200_000

/** A frame that was taken in, so that it can be recorded, and taken back where it could not be stored. */
export type TakenFrame = {
  gateway: string
  device: string
  counter: number
  /** Milliseconds since 1970, NaN where it is not known. */
  date: number
  before: RadioSession | undefined
  after: RadioSession
}

/** What is known of one radio device, for people. */
export type RadioDevice = {
  /** The gateway that brought its frames. */
  gateway: string
  device: string
  counter: number
  lost: number
  starts: number
  /** RFC 3339: when its newest frame was sent; absent where no frame said it. */
  dateObserved?: string
}

export interface RadioFrames {
  /** `taken` where it changed what is known of the device. */
  take(
    gateway: string,
    device: string,
    counter: number,
    date: number
  ): { verdict: FrameVerdict; taken: TakenFrame | undefined }
  /** The frames of a failed group, newest first. */
  takeBack(taken: TakenFrame): void
  /** Folds in the frame of an entry. Applying one again changes nothing more. */
  apply(gateway: string, frame: RadioFrame, date: number): void
  /** Radio devices that are known, and frames of theirs that are missing. */
  readonly devices: number
  readonly lost: number
  /** Those with the most lost frames first. */
  list(limit: number): RadioDevice[]
  /** Read in pieces, so that messages may come in between: what changes meanwhile comes again, as it then is. */
  stored(): Iterable<StoredSession>
}

/** In the snapshot; a date of null is unknown. */
export type StoredSession = [
  gateway: string,
  device: string,
  counter: number,
  date: number | null,
  first: number,
  seen: number,
  lost: number,
  starts: number
]

type Known = { gateway: string; device: string; session: RadioSession }

/** The frame counters of radio devices, each under the gateway that speaks for it, so that none can spoil another's. */
export function createRadioFrames(stored: readonly StoredSession[] = []): RadioFrames {
  const known = new Map<string, Known>()
  let lost = 0

  const set = (gateway: string, device: string, session: RadioSession | undefined): void => {
    const key = `${gateway}\n${device}`
    lost -= known.get(key)?.session.lost ?? 0
    known.delete(key)
    if (session === undefined) return
    known.set(key, { gateway, device, session })
    lost += session.lost
    if (known.size <= maxDevices) return
    for (const [oldest, { session: forgotten }] of known) {
      known.delete(oldest)
      lost -= forgotten.lost
      break
    }
  }
  const get = (gateway: string, device: string) => known.get(`${gateway}\n${device}`)?.session

  for (const [gateway, device, counter, date, first, seen, count, starts] of stored) {
    set(gateway, device, { counter, date: date ?? Number.NEGATIVE_INFINITY, first, seen, lost: count, starts })
  }

  return {
    take(gateway, device, counter, date) {
      const before = get(gateway, device)
      const { verdict, session: after } = judgeFrame(before, counter, date)
      if (after === before) return { verdict, taken: undefined }
      set(gateway, device, after)
      return { verdict, taken: { gateway, device, counter, date, before, after } }
    },
    takeBack({ gateway, device, counter, before, after }) {
      const now = get(gateway, device)
      if (now === after) set(gateway, device, before)
      else if (now !== undefined) set(gateway, device, missFrame(now, counter))
    },
    apply(gateway, { device, counter, lost: recorded, starts }, date) {
      const before = get(gateway, device)
      if (before === undefined || starts > before.starts) {
        set(gateway, device, beginSession(counter, date, { lost: recorded, starts }))
      } else if (starts === before.starts) {
        const { session } = judgeFrame(before, counter, date)
        // What was lost is not judged again: frames that were passed over on purpose are in no entry, and were no loss.
        if (session !== before) set(gateway, device, { ...session, lost: recorded, starts })
      }
    },
    get devices() {
      return known.size
    },
    get lost() {
      return lost
    },
    list: (limit) =>
      [...known.values()]
        .sort((a, b) => b.session.lost - a.session.lost)
        .slice(0, limit)
        .map(({ gateway, device, session: { counter, date, lost: count, starts } }) => ({
          gateway,
          device,
          counter,
          lost: count,
          starts,
          ...(Number.isFinite(date) ? { dateObserved: formatInstant(date) } : {})
        })),
    *stored() {
      for (const { gateway, device, session } of known.values()) {
        const { counter, date, first, seen, starts } = session
        yield [gateway, device, counter, Number.isFinite(date) ? date : null, first, seen, session.lost, starts]
      }
    }
  }
}

/** As the entry of its message bears it. `withDate` where the entry has no date of its own. */
export function recordOf({ device, counter, date, after }: TakenFrame, withDate: boolean): RadioFrame {
  const record: RadioFrame = { device, counter, lost: after.lost, starts: after.starts }
  if (withDate && Number.isFinite(date)) record.dateObserved = formatInstant(date)
  return record
}
