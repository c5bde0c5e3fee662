import { type Entry, formatInstant, parseInstant, type TimelineAnswer, type View } from '@city-brain/model'

export type Activity = View & {
  /** Readings and raised alarms per window; from inclusive, to exclusive, all in milliseconds. Windows begin at `from`. */
  windows(from: number, to: number, every: number): TimelineAnswer['windows']
}

const minute = 60_000
/** So far back the time bar reaches. */
const kept = 8 * 24 * 60

const format = 1
type State = { format: number; newest: number; minutes: [minute: number, readings: number, alarms: number][] }

/**
 * How busy the city was, minute by minute, for the time bar. A reading counts in the minute it was observed in, so that a
 * day that came as backfill shows as the day it was; an alarm in the minute it was raised.
 */
export function createActivity(): Activity {
  let minutes = new Map<number, { readings: number; alarms: number }>()
  let newest = 0

  const count = (time: number, what: 'readings' | 'alarms') => {
    const at = Math.floor(time / minute)
    if (at <= newest - kept) return
    const found = minutes.get(at)
    if (found) found[what]++
    else minutes.set(at, { readings: 0, alarms: 0, [what]: 1 })
  }
  const advance = (time: number) => {
    const at = Math.floor(time / minute)
    if (at <= newest) return
    newest = at
    for (const old of minutes.keys()) if (old <= newest - kept) minutes.delete(old)
  }

  return {
    name: 'activity',
    kinds: ['reading', 'alarm'],
    restore(state) {
      const found = state as State | undefined
      const usable = found?.format === format ? found : undefined
      newest = usable?.newest ?? 0
      minutes = new Map(usable?.minutes.map(([at, readings, alarms]) => [at, { readings, alarms }]))
    },
    apply(entry: Entry) {
      advance(entry.receivedAt)
      if (entry.kind === 'reading') count(parseInstant(entry.payload.dateObserved) ?? entry.receivedAt, 'readings')
      if (entry.kind === 'alarm' && entry.payload.transition.startsWith('raised')) count(entry.receivedAt, 'alarms')
      return undefined
    },
    snapshot(): State {
      return {
        format,
        newest,
        minutes: [...minutes].map(([at, { readings, alarms }]) => [at, readings, alarms])
      }
    },
    windows(from, to, every) {
      const windows = Array.from({ length: Math.ceil((to - from) / every) }, (_, index) => ({
        from: formatInstant(from + index * every),
        readings: 0,
        alarms: 0
      }))
      for (const [at, { readings, alarms }] of minutes) {
        const window = windows[Math.floor((at * minute - from) / every)]
        if (!window) continue
        window.readings += readings
        window.alarms += alarms
      }
      return windows
    }
  }
}
