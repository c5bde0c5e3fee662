import {
  type AssetCollection,
  type Draft,
  type EntryKind,
  formatInstant,
  parseInstant,
  type View
} from '@city-brain/model'
import { createUnchanged, type SiteState } from './unchanged.ts'

const format = 1
/** Raise it when the definition changes: the ids of outcomes bear it. */
const version = 1
type Snapshot = { format: number; sites: SiteState[] }

/**
 * Tells what is odd about parking sites over time: `quality` entries `unchanged`, raised and cleared, by the definition in
 * `createUnchanged` (and docs/decisions/0005-what-is-odd.md). What is odd about one reading, `above-capacity` and `gap`,
 * is flagged on the reading itself when it is taken in.
 */
export function createQuality({ assets }: { assets: AssetCollection }): View {
  const areaOf = new Map<string, string>()
  for (const { id, properties } of assets.features) {
    if (properties.kind === 'parkingSite') areaOf.set(id, properties.area)
  }
  const unchanged = createUnchanged()

  return {
    name: 'quality',
    kinds: ['reading', 'registry-change'] satisfies EntryKind[],
    restore(state) {
      const kept = state as Snapshot | undefined
      const sites = kept?.format === format ? kept.sites : []
      // A site that has moved to another area, or is no longer one, is judged among its neighbours of today.
      unchanged.restore(
        sites.flatMap((site) => {
          const area = areaOf.get(site.site)
          return area === undefined ? [] : [{ ...site, area }]
        })
      )
    },
    apply(entry) {
      if (entry.kind === 'registry-change' && entry.payload.change === 'asset') {
        const { id, properties } = entry.payload.asset
        if (properties.kind === 'parkingSite') areaOf.set(id, properties.area)
      }
      if (entry.kind !== 'reading') return undefined
      const area = areaOf.get(entry.entity)
      const available = entry.payload.values.availableSpotNumber
      const at = parseInstant(entry.payload.dateObserved)
      if (area === undefined || typeof available !== 'number' || at === undefined) return undefined
      const transitions = unchanged.apply({ site: entry.entity, area, available, at, offset: entry.offset })
      if (transitions.length === 0) return undefined
      return transitions.map<Draft<'quality'>>(({ site, state, since, causes }) => ({
        kind: 'quality',
        entity: site,
        source: 'view:quality',
        id: `quality-unchanged/${version}/${site}/${entry.offset}/${state === 'raised' ? 0 : 1}`,
        payload: { problem: 'unchanged', state, since: formatInstant(since), causes }
      }))
    },
    snapshot: (): Snapshot => ({ format, sites: unchanged.snapshot() })
  }
}
