import { createExpiryQueue } from '../expiry-queue.ts'

const day = 24 * 60 * 60 * 1_000

/** A reading of a parking site, as far as it matters here. `at` is its `dateObserved`, milliseconds since 1970. */
export type SpotCount = { site: string; area: string; available: number; at: number; offset: number }

export type UnchangedTransition = {
  site: string
  state: 'raised' | 'cleared'
  /** `raised`: since when the value stands; `cleared`: the reading that changed it. */
  since: number
  causes: number[]
}

/** What is kept of a site; plain JSON. */
export type SiteState = {
  site: string
  area: string
  available: number
  /** Date of its newest reading. */
  newest: number
  /** Date and offset of its anchor: the reading that brought the value it has. */
  anchor: number
  anchorOffset: number
  /** Whether the anchor differed from a reading before it; a site's first reading differs from nothing. */
  changed: boolean
  /** Date of the anchor plus so many days is its next judgement. */
  days: number
  raised: boolean
}

/**
 * Finds counters that stand still while those around them move. Feeds may be recorded on change, so that silence alone
 * is no fault; what counts is whether the neighbours moved.
 *
 * The definition, over the readings with an `availableSpotNumber` of the parking sites of one area (`asset.area`), in the
 * order of the journal. A reading that is dated before its site's newest one is ignored altogether.
 * 1. A reading **changes** its site when its `availableSpotNumber` differs from that of the site's reading before it.
 *    The first reading of a site does not change it.
 * 2. The **anchor** of a site is its newest reading that changed it, or else its first reading; it is dated t.
 * 3. A site that is not raised is **judged** for the days k = 1, 2, 3 … after its anchor: day k when the first reading of
 *    the area arrives (of any site, itself included) that is dated at or after t + k·24 h, before that reading counts.
 * 4. Day k begins at b = t + (k−1)·24 h. The **others** are the area's other sites whose newest reading is dated after b;
 *    those that **moved** have their newest reading that changed them dated after b. The site is **raised** when there is
 *    at least one other, and at least half of the others moved.
 * 5. A raised site is not judged again. It is **cleared** by the next reading that changes it.
 * So a site whose neighbours are silent too (the feed was down, it is a holiday) is not raised, but is judged again a
 * day later; and what the clock on the wall says plays no part, so that live and recorded data are treated the same.
 * It counts on the readings of an area coming roughly in the order of their dates, as a live feed and a replay do.
 *
 * A judgement looks at the sites of one area, once per site and day; any other reading costs O(1).
 */
export function createUnchanged() {
  const sites = new Map<string, SiteState>()
  const areas = new Map<string, { sites: SiteState[]; judgements: ReturnType<typeof createExpiryQueue<SiteState>> }>()

  function areaOf(name: string) {
    let area = areas.get(name)
    if (!area) {
      area = { sites: [], judgements: createExpiryQueue<SiteState>() }
      areas.set(name, area)
    }
    return area
  }

  const nextJudgement = (site: SiteState): number => site.anchor + site.days * day

  function neighboursMoved(site: SiteState, begin: number): boolean {
    let others = 0
    let moved = 0
    for (const other of areaOf(site.area).sites) {
      if (other === site || other.newest <= begin) continue
      others++
      if (other.changed && other.anchor > begin) moved++
    }
    return others > 0 && moved * 2 >= others
  }

  function judge(reading: SpotCount): UnchangedTransition[] {
    const { judgements } = areaOf(reading.area)
    const raised: UnchangedTransition[] = []
    for (const site of judgements.take(reading.at)) {
      while (nextJudgement(site) <= reading.at) {
        const begin = nextJudgement(site) - day
        site.days++
        if (!neighboursMoved(site, begin)) continue
        site.raised = true
        raised.push({
          site: site.site,
          state: 'raised',
          since: site.anchor,
          causes: [site.anchorOffset, reading.offset]
        })
        break
      }
      if (!site.raised) judgements.set(site, nextJudgement(site))
    }
    return raised.sort((a, b) => a.since - b.since || (a.site < b.site ? -1 : 1))
  }

  function add(site: SiteState): void {
    sites.set(site.site, site)
    const area = areaOf(site.area)
    area.sites.push(site)
    if (!site.raised) area.judgements.set(site, nextJudgement(site))
  }

  return {
    /** The transitions that a reading brings, in a fixed order: raised ones by their `since`, then what it clears. */
    apply(reading: SpotCount): UnchangedTransition[] {
      const { at, offset, available } = reading
      const site = sites.get(reading.site)
      if (site && at < site.newest) return []
      const transitions = judge(reading)
      if (!site) {
        add({
          site: reading.site,
          area: reading.area,
          available,
          newest: at,
          anchor: at,
          anchorOffset: offset,
          changed: false,
          days: 1,
          raised: false
        })
        return transitions
      }
      site.newest = at
      if (available === site.available) return transitions
      if (site.raised) transitions.push({ site: site.site, state: 'cleared', since: at, causes: [offset] })
      Object.assign(site, { available, anchor: at, anchorOffset: offset, changed: true, days: 1, raised: false })
      areaOf(site.area).judgements.set(site, nextJudgement(site))
      return transitions
    },
    snapshot: (): SiteState[] => [...sites.values()].map((site) => ({ ...site })),
    restore(states: readonly SiteState[]): void {
      sites.clear()
      areas.clear()
      for (const state of states) add({ ...state })
    }
  }
}
