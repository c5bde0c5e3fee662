import type { Intersection } from '@city-brain/model'
import type { Signal } from './road-network.ts'

/**
 * The local plans as pure arithmetic: which phases have green at a moment. For stretches of the past, where no
 * controller ran; a running controller follows its own plan, and what it was commanded.
 */
export function createFixedTimeSignals(
  intersections: readonly Intersection[]
): (now: number) => (signal: Signal) => boolean {
  const plans = new Map(
    intersections.map(({ intersection, phases, stages, plan }) => {
      const greens = new Map<number, [number, number][]>()
      let at = 0
      stages.forEach((stage, i) => {
        const end = at + (plan.greens[i] ?? 0)
        for (const id of stage) greens.set(id, [...(greens.get(id) ?? []), [at, end]])
        const clearance = stage.map((id) => {
          const phase = phases.find((entry) => entry.id === id)
          return (phase?.yellowChange ?? 0) + (phase?.redClearance ?? 0)
        })
        at = end + Math.max(0, ...clearance)
      })
      return [intersection, { cycle: at, offset: plan.offset, greens }] as const
    })
  )
  const shown = new Map<Signal, { cycle: number; offset: number; greens: [number, number][] } | undefined>()
  const look = (signal: Signal) => {
    const plan = plans.get(signal.intersection)
    const found = plan && { cycle: plan.cycle, offset: plan.offset, greens: plan.greens.get(signal.phase) ?? [] }
    shown.set(signal, found)
    return found
  }
  return (now) => {
    const seconds = now / 1_000
    return (signal) => {
      const plan = shown.get(signal) ?? look(signal)
      if (!plan) return false
      const at = (((seconds - plan.offset) % plan.cycle) + plan.cycle) % plan.cycle
      for (const [from, to] of plan.greens) if (at >= from && at < to) return true
      return false
    }
  }
}
