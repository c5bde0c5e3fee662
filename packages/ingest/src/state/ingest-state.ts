import type { DeviceStatus, Entry } from '@city-brain/model'
import { createRadioFrames, type RadioFrames, type StoredSession } from '../frames/radio-frames.ts'
import { FingerprintWindow } from './fingerprint-window.ts'

/** The `outlet` of the `delivered` entry that says that a dead letter was replayed. */
export const replayOutlet = 'dead-letter-replay'

/** Kinds of entry that the state is folded from. */
export const ingestKinds = ['reading', 'dead-letter', 'status', 'delivered'] as const
export type IngestEntry = Entry<(typeof ingestKinds)[number]>

/** The newest `dateObserved` of an entity, live and backfilled apart; -Infinity before the first. Milliseconds since 1970. */
export type EntityTimes = { live: number; backfill: number }

/** What must be remembered to judge the next message. It is a view of the journal, kept up by the pipeline itself. */
export interface IngestState {
  window(device: string): FingerprintWindow
  times(entity: string): EntityTimes
  /** Offsets of dead letters that were replayed with success. */
  readonly replayed: Set<number>
  /** What is known of the frame counters of radio devices. */
  readonly frames: RadioFrames
  /** The last status of each device. */
  readonly statuses: Map<string, DeviceStatus>
  /** Applying an entry twice changes nothing more. */
  apply(entry: IngestEntry): void
  /**
   * Plain JSON, built in pieces: `pause` runs between them, so that thousands of devices do not hold up the messages.
   * Replays of dead letters before `oldest`, the journal's oldest offset, are forgotten: nobody can ask for those again.
   */
  snapshot(pause: () => Promise<void>, oldest: number): Promise<unknown>
}

const version = 1
const windowsAtOnce = 50

type Snapshot = {
  version: typeof version
  windows: Record<string, string>
  /** `null` stands for never: JSON has no infinity. */
  times: Record<string, [live: number | null, backfill: number | null]>
  replayed: number[]
  statuses: Record<string, DeviceStatus>
  /** Absent in snapshots of releases before frame counters. */
  frames?: StoredSession[]
}

/** `snapshot` is what `snapshot()` made, or undefined at the beginning; one of another version is not used. */
export function createIngestState(snapshot?: unknown): IngestState {
  const windows = new Map<string, FingerprintWindow>()
  const times = new Map<string, EntityTimes>()
  const replayed = new Set<number>()
  const statuses = new Map<string, DeviceStatus>()
  const frames = createRadioFrames(isSnapshot(snapshot) ? snapshot.frames : undefined)
  if (isSnapshot(snapshot)) {
    for (const [device, text] of Object.entries(snapshot.windows)) windows.set(device, FingerprintWindow.decode(text))
    for (const [entity, [live, backfill]] of Object.entries(snapshot.times)) {
      times.set(entity, { live: live ?? Number.NEGATIVE_INFINITY, backfill: backfill ?? Number.NEGATIVE_INFINITY })
    }
    for (const offset of snapshot.replayed) replayed.add(offset)
    for (const [device, status] of Object.entries(snapshot.statuses)) statuses.set(device, status)
  }

  const window = (device: string) => {
    let found = windows.get(device)
    if (found === undefined) {
      found = new FingerprintWindow()
      windows.set(device, found)
    }
    return found
  }
  const timesOf = (entity: string) => {
    let found = times.get(entity)
    if (found === undefined) {
      found = { live: Number.NEGATIVE_INFINITY, backfill: Number.NEGATIVE_INFINITY }
      times.set(entity, found)
    }
    return found
  }

  return {
    window,
    times: timesOf,
    replayed,
    statuses,
    frames,
    apply(entry) {
      if (entry.fingerprint !== undefined) window(entry.source).add(entry.fingerprint)
      if ((entry.kind === 'reading' || entry.kind === 'dead-letter') && entry.payload.frame) {
        const { frame } = entry.payload
        const date = entry.kind === 'reading' ? entry.payload.dateObserved : frame.dateObserved
        frames.apply(entry.source, frame, date === undefined ? Number.NaN : Date.parse(date))
      }
      if (entry.kind === 'reading') {
        const known = timesOf(entry.entity)
        const which = entry.payload.backfill ? 'backfill' : 'live'
        known[which] = Math.max(known[which], Date.parse(entry.payload.dateObserved))
      } else if (entry.kind === 'status') {
        statuses.set(entry.entity, entry.payload)
      } else if (entry.kind === 'delivered' && entry.payload.outlet === replayOutlet) {
        replayed.add(entry.payload.of)
      }
    },
    async snapshot(pause, oldest) {
      // First, so that what the head counts already is in here too.
      await pause()
      for (const offset of replayed) if (offset < oldest) replayed.delete(offset)
      const state: Snapshot = { version, windows: {}, times: {}, replayed: [...replayed], statuses: {} }
      for (const [device, status] of statuses) state.statuses[device] = status
      let sincePause = 0
      for (const [device, { live, backfill }] of times) {
        state.times[device] = [Number.isFinite(live) ? live : null, Number.isFinite(backfill) ? backfill : null]
        if (++sincePause % (windowsAtOnce * 20) === 0) await pause()
      }
      const sessions: StoredSession[] = []
      for (const session of frames.stored()) {
        sessions.push(session)
        if (++sincePause % (windowsAtOnce * 20) === 0) await pause()
      }
      state.frames = sessions
      for (const [device, found] of windows) {
        state.windows[device] = found.encode()
        if (++sincePause % windowsAtOnce === 0) await pause()
      }
      return state
    }
  }
}

function isSnapshot(value: unknown): value is Snapshot {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === version
}
