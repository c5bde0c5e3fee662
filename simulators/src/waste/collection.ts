import type { LocalTime } from '../city/local-time.ts'
import type { Random } from '../random.ts'
import type { Container } from './container.ts'

/** Local hours in which vehicles are out. */
const shifts = [
  [4.5, 8.5],
  [11.5, 14],
  [16, 17.5],
  [20, 22.5]
] as const
const collectAbove = 0.68

/** Containers that rounds reach per hour of a shift, as a share of those that are due. */
const reach = 0.75

/**
 * Collection as it is before anybody plans it by filling level: during a shift the fuller containers are emptied bit by
 * bit; some are missed. Answers which were emptied.
 */
export function collect(
  containers: readonly Container[],
  { hour }: LocalTime,
  hours: number,
  random: Random
): Container[] {
  if (!shifts.some(([from, to]) => hour >= from && hour < to)) return []
  const due = containers.filter((container) => container.level() > collectAbove && !container.isBurning())
  const emptied = due.filter(() => random.next() < 1 - (1 - reach) ** hours)
  for (const container of emptied) container.empty()
  return emptied
}
