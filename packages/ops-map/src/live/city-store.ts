import type { DeltaMessage, SnapshotMessage } from '@city-brain/model'
import { applyDelta, type CityChange, type CityState, cityStateOf, emptyCityState } from './city-state.ts'

/** Counts that grow when a part changes, so that a view of a part is made again only then. */
export type CityVersions = { entities: number; signals: number; devices: number; alarms: number; rates: number }

export type CityStore = {
  /** What is shown: live, or the past moment the time bar stands at. */
  shown(): CityState
  /** What is live, also while the past is shown. */
  live(): CityState
  versions(): CityVersions
  /** The moment that is shown instead of now, milliseconds since 1970. */
  moment(): number | undefined
  /** Whether a snapshot has come yet. */
  ready(): boolean
  /** The city's clock, milliseconds since 1970: the server's, not the browser's; the past moment while that is shown. */
  now(): number
  /** The city's clock also while a past moment is shown. */
  liveNow(): number
  receiveSnapshot(snapshot: SnapshotMessage): void
  /** False where the delta does not follow on what is there. */
  receiveDelta(delta: DeltaMessage): boolean
  /** The server's clock as a message tells it. */
  setClock(now: number): void
  showPast(moment: number, snapshot: SnapshotMessage): void
  showLive(): void
  /** Called after every change of what is shown, in the same step. */
  subscribe(listener: () => void): () => void
  /** As `subscribe`, told what changed: for the map, which repaints only that. */
  onChange(listener: (change: CityChange) => void): () => void
}

const everything: CityChange = { all: true, entities: [], signals: [], devices: [], alarms: [], rates: true }

/** The live city outside React: components subscribe to what they select of it, the map to what changed. */
export function createCityStore({ browserNow = () => Date.now() }: { browserNow?: () => number } = {}): CityStore {
  let live = emptyCityState()
  let past: { moment: number; state: CityState } | undefined
  let ahead = 0
  let ready = false
  let versions: CityVersions = { entities: 0, signals: 0, devices: 0, alarms: 0, rates: 0 }
  const subscribers = new Set<() => void>()
  const watchers = new Set<(change: CityChange) => void>()

  const tell = (change: CityChange) => {
    const grow = (changed: boolean) => (changed || change.all ? 1 : 0)
    versions = {
      entities: versions.entities + grow(change.entities.length > 0),
      signals: versions.signals + grow(change.signals.length > 0),
      devices: versions.devices + grow(change.devices.length > 0),
      alarms: versions.alarms + grow(change.alarms.length > 0),
      rates: versions.rates + grow(change.rates)
    }
    for (const watcher of watchers) watcher(change)
    for (const subscriber of subscribers) subscriber()
  }
  const setClock = (now: number) => {
    ahead = now - browserNow()
  }

  return {
    shown: () => past?.state ?? live,
    live: () => live,
    versions: () => versions,
    moment: () => past?.moment,
    ready: () => ready,
    now: () => past?.moment ?? browserNow() + ahead,
    liveNow: () => browserNow() + ahead,
    setClock,
    receiveSnapshot(snapshot) {
      live = cityStateOf(snapshot)
      ready = true
      setClock(snapshot.now)
      if (!past) tell(everything)
    },
    receiveDelta(delta) {
      const change = applyDelta(live, delta)
      if (change === 'gap') return false
      setClock(delta.now)
      // The past is not changed by what happens now, except for the counters, which are about the system and not the city.
      if (!past) tell(change)
      else if (change.rates) tell({ ...everything, all: false })
      return true
    },
    showPast(moment, snapshot) {
      past = { moment, state: cityStateOf(snapshot) }
      tell(everything)
    },
    showLive() {
      if (!past) return
      past = undefined
      tell(everything)
    },
    subscribe(listener) {
      subscribers.add(listener)
      return () => subscribers.delete(listener)
    },
    onChange(listener) {
      watchers.add(listener)
      return () => watchers.delete(listener)
    }
  }
}
