/** A record of a recorded feed, as far as oddities are found in it. */
export type OddRecord = { at: number; entity: string; area: string; free: number; capacity?: number }

const day = 86_400_000

/**
 * Counts oddities by the definitions of docs/decisions/0005-what-is-odd.md, independently of the product: a plain reading
 * of that page over the whole list.
 */
export function findOddities(records: readonly OddRecord[]): {
  aboveCapacity: number
  gaps: number
  unchanged: number
} {
  let aboveCapacity = 0
  let gaps = 0
  let unchanged = 0
  type Site = {
    area: string
    free: number
    newest: number
    anchor: number
    changed?: number
    judged: number
    raised: boolean
  }
  const sites = new Map<string, Site>()
  for (const { at, entity, area, free, capacity } of records) {
    if (capacity !== undefined && free > capacity) aboveCapacity++
    const own = sites.get(entity)
    if (own && at - own.newest > day) gaps++
    if (own && at < own.newest) continue

    const neighbours = [...sites.values()].filter((site) => site.area === area)
    for (const site of neighbours) {
      while (!site.raised && at >= site.anchor + (site.judged + 1) * day) {
        const begin = site.anchor + site.judged * day
        site.judged++
        const others = neighbours.filter((other) => other !== site && other.newest > begin)
        const moved = others.filter((other) => other.changed !== undefined && other.changed > begin)
        if (others.length > 0 && moved.length * 2 >= others.length) {
          site.raised = true
          unchanged++
        }
      }
    }
    if (!own) sites.set(entity, { area, free, newest: at, anchor: at, judged: 0, raised: false })
    else {
      own.newest = at
      if (own.free !== free) Object.assign(own, { free, anchor: at, changed: at, judged: 0, raised: false })
    }
  }
  return { aboveCapacity, gaps, unchanged }
}
