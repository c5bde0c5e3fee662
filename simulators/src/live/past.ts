import { setImmediate } from 'node:timers/promises'
import type { LocalTime } from '../city/local-time.ts'
import type { SimulatedCity } from '../city/read-city.ts'
import type { CarPark } from '../parking/car-park.ts'
import { type CityTraffic, createCityTraffic } from '../traffic/city-traffic.ts'
import { createFixedTimeSignals } from '../traffic/fixed-time-signals.ts'
import type { CityWaste } from '../waste/city-waste.ts'

/** A reading of the past, ready to be sent but for its text. */
export type PastReading = { id: string; type: string; at: number; values: Record<string, unknown> }

const minute = 60_000
const step = 5 * minute
const week = 7 * 24 * 60 * minute
/** Traffic needs some minutes until it does not remember that it began empty. */
const settlingMinutes = 45

/** Steps between two looks at the world: so soon is noticed that the parent has gone. */
const stepsAtOnce = 100

/**
 * Brings car parks and containers up to now, and answers what they reported over the last hours (none where `hours` is
 * 0): the live simulation goes on from exactly there. They always begin with the week before this one, and in the same
 * steps, so that a simulation that is started again finds the city much as it left it.
 */
export async function liveThrough(options: {
  now: number
  hours: number
  local: (now: number) => LocalTime
  carParks: readonly CarPark[]
  waste: CityWaste
}): Promise<PastReading[]> {
  const { now, hours, local, carParks, waste } = options
  const recordFrom = now - hours * 60 * minute
  const missFrom = now - 24 * 60 * minute
  const readings: PastReading[] = []
  let hasMissed = false
  for (let at = Math.floor(now / week) * week - week; at < now; at += step) {
    if ((at / step) % stepsAtOnce === 0) await setImmediate()
    const time = local(at)
    if (!hasMissed && at >= missFrom) {
      hasMissed = true
      waste.missSome()
    }
    waste.step(time, step / minute)
    for (const carPark of carParks) carPark.step(time, step / 1_000)
    if (at < recordFrom) continue
    for (const carPark of carParks) readings.push({ id: carPark.id, type: carPark.type, at, values: carPark.reading() })
    waste.containers.forEach(({ container, silent }, i) => {
      // Each reports once an hour, at a minute of its own; a silent one fell silent some hours ago.
      const reportsAt = at + ((i * 7_919) % 300) * 1_000
      if ((at / step) % 12 !== i % 12 || reportsAt > now || (silent && at > now - 5 * 60 * minute)) return
      readings.push({ id: container.id, type: 'WasteContainer', at: reportsAt, values: container.reading(time) })
    })
  }
  return readings
}

/** The traffic of the last hours in periods of five minutes, oldest first: with the local plans, since nobody steered then. */
export function* pastTraffic(options: {
  city: SimulatedCity
  seed: number
  now: number
  hours: number
  local: (now: number) => LocalTime
}): Generator<PastReading[]> {
  const { city, seed, now, hours, local } = options
  const stuckFrom = now - 6 * 60 * minute
  const traffic = createCityTraffic({ city, seed, startedAt: now, stuckFrom, period: 300 })
  const signals = createFixedTimeSignals(city.intersections)
  const begin = now - hours * 60 * minute
  let seconds = 0
  for (let at = begin - settlingMinutes * minute; at <= now; at += 1_000) {
    traffic.step(at, local(at), signals(at))
    if (++seconds % 300 !== 0) continue
    const readings = traffic.counters.map((counter) => ({
      id: counter.id,
      type: 'TrafficFlowObserved',
      at,
      values: { ...periodOf(at, 300), ...counter.take() }
    }))
    if (at > begin) yield readings
  }
}

/** Lets traffic run up to now, so that the first live minute is not an empty city. `onSecond` is told of each second. */
export async function settleTraffic(options: {
  traffic: CityTraffic
  city: SimulatedCity
  now: number
  local: (now: number) => LocalTime
  onSecond: (at: number) => void
}): Promise<void> {
  const { traffic, city, now, local, onSecond } = options
  const signals = createFixedTimeSignals(city.intersections)
  for (let at = now - settlingMinutes * minute; at <= now; at += 1_000) {
    if ((at / 1_000) % stepsAtOnce === 0) await setImmediate()
    traffic.step(at, local(at), signals(at))
    onSecond(at)
  }
}

export function periodOf(at: number, seconds: number): { dateObservedFrom: string; dateObservedTo: string } {
  return { dateObservedFrom: new Date(at - seconds * 1_000).toISOString(), dateObservedTo: new Date(at).toISOString() }
}
