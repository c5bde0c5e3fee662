/** A course over the day: [hour, value] in rising order, straight lines between, the end joined to the begin. */
export type DayProfile = readonly (readonly [number, number])[]

export function profileAt(profile: DayProfile, hour: number): number {
  const last = profile.at(-1)
  if (!last) return 0
  let [beforeHour, before] = [last[0] - 24, last[1]]
  for (const [nextHour, next] of profile) {
    if (hour <= nextHour)
      return before + ((next - before) * (hour - beforeHour)) / Math.max(1e-9, nextHour - beforeHour)
    beforeHour = nextHour
    before = next
  }
  const first = profile[0]
  const [nextHour, next] = first ? [first[0] + 24, first[1]] : [24, before]
  return before + ((next - before) * (hour - beforeHour)) / Math.max(1e-9, nextHour - beforeHour)
}
