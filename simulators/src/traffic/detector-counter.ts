import type { Asset, DetectorAsset } from '@city-brain/model'
import type { Static } from 'typebox'
import type { Random } from '../random.ts'
import { vehicleSpacing } from './road-network.ts'
import type { GroupState, TrafficModel } from './traffic-model.ts'

/** What a loop measured over its period; the speed is absent where nothing passed. */
export type DetectorCount = { intensity: number; occupancy: number; averageVehicleSpeed?: number }
export type DetectorCounter = {
  readonly id: string
  readonly period: number
  /** Looks at the model after each of its seconds. */
  observe(): void
  /** Closes the period. */
  take(): DetectorCount
}

/** Metres from the loop to the stop line: where the generator puts it. */
const upstream = 40
/** Metres of loop and vehicle together, and the share of time that standing and starting vehicles cover a loop. */
const coveredLength = 6.5
const coveredStanding = 0.86
const coveredMoving = 0.42
/** km/h of vehicles that cross the loop as a queue moves up, and as it creeps. */
const queueSpeed = 18
const creepSpeed = 9

/**
 * An induction loop 40 m before the stop line. A vehicle passes it on arrival while the queue is shorter than that, and
 * otherwise when the queue has moved up: passed = min(arrived, departed + room between loop and line).
 */
export function createDetectorCounter(asset: Asset, model: TrafficModel, random: Random): DetectorCounter | undefined {
  const properties = asset.properties as Static<typeof DetectorAsset>
  const all = model.groupsOf(properties.refRoadSegment ?? '')
  // Lane 1 is the left turn's where it has a phase of its own.
  const [through, left] = all
  const groups =
    properties.laneId === undefined || !left ? all : properties.laneId === 1 ? [left] : through ? [through] : []
  if (groups.length === 0) return undefined
  const lanes = groups.reduce((sum, state) => sum + state.group.lanes, 0)
  const share = properties.laneId === undefined ? 1 : 1 / lanes
  const seen = groups.map((state) => ({ state, passed: passedOf(state), room: roomOf(state) }))
  let seconds = 0
  let vehicles = 0
  let owed = 0
  let covered = 0
  let speeds = 0

  function pass(count: number, speed: number): void {
    // A detector of one lane sees its share of the group, whole vehicles of course.
    owed += count * share
    const whole = share === 1 ? count : Math.floor(owed + random.next() * 0.999)
    owed -= whole
    vehicles += whole
    speeds += whole * speed * (1 + 0.06 * random.normal())
  }

  return {
    id: asset.id,
    period: properties.period,
    observe() {
      seconds++
      for (const entry of seen) {
        const { state, room } = entry
        const passed = passedOf(state)
        const count = passed - entry.passed
        entry.passed = passed
        const free = state.group.link.freeSpeed * 3.6
        const part = state.group.lanes / lanes
        if (state.queue >= room) {
          covered += part * (state.discharging ? coveredMoving : coveredStanding)
          if (count > 0) pass(count, state.queue > room * 3 ? creepSpeed + 3 : queueSpeed)
        } else if (count > 0) {
          const speed = free * (state.queue > 0 ? 0.74 : 0.93) * (1 - (0.2 * state.queue) / room)
          covered += (part * count * coveredLength) / (speed / 3.6) / state.group.lanes
          pass(count, speed)
        }
      }
    },
    take() {
      const occupancy = seconds > 0 ? (covered / seconds) * (1 + 0.03 * random.normal()) : 0
      const count: DetectorCount = {
        intensity: vehicles,
        occupancy: Number(Math.max(0, Math.min(1, occupancy)).toFixed(3)),
        ...(vehicles > 0 ? { averageVehicleSpeed: Number(Math.max(2, speeds / vehicles).toFixed(1)) } : {})
      }
      seconds = vehicles = covered = speeds = 0
      return count
    }
  }
}

function roomOf(state: GroupState): number {
  const length = Math.min(upstream, state.group.link.length / 2)
  return Math.max(1, Math.round((state.group.lanes * length) / vehicleSpacing))
}

function passedOf(state: GroupState): number {
  return Math.min(state.arrived, state.departed + roomOf(state))
}
