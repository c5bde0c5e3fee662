import {
  type Asset,
  type AssetCollection,
  type Clock,
  formatInstant,
  type HistoryStore,
  type LatestEntity,
  type ParkingAnswer
} from '@city-brain/model'
import type { Log } from '../log.ts'
import { availableSpots, toParkingPlace } from './parking-place.ts'
import { type FreeSpaces, type ParkingTrend, trendOf, usuallyOffOf } from './parking-trend.ts'

const minute = 60_000
const times = { trend: minute, usuallyOff: 10 * minute }

/**
 * Answers `GET /api/parking`. The numbers are the latest ones; what needs the past (trend, how far it is usually off) is
 * read from history in the background, at most once a minute and only while someone asks. A history store that is away
 * takes those two away and nothing else.
 */
export function createParkingBoard({
  assets,
  latest,
  history,
  clock,
  log
}: {
  /** The same collection until one of them changes. */
  assets: () => AssetCollection
  latest: { get(entity: string): LatestEntity | undefined }
  history: Pick<HistoryStore, 'query'>
  clock: Clock
  log: Log
}): () => ParkingAnswer {
  let known: { assets: AssetCollection; sites: Asset[] } | undefined
  const sitesNow = (): Asset[] => {
    const now = assets()
    if (known?.assets !== now) {
      known = { assets: now, sites: now.features.filter((asset) => asset.properties.kind === 'parkingSite') }
    }
    return known.sites
  }
  const trends = new Map<string, ParkingTrend>()
  const refreshedAt = { trend: Number.NEGATIVE_INFINITY, usuallyOff: Number.NEGATIVE_INFINITY }
  let refreshing = false

  async function series(site: Asset, from: number, to: number): Promise<FreeSpaces[]> {
    const { properties } = site
    if (properties.kind !== 'parkingSite') return []
    const answer = await history.query({ entity: site.id, type: properties.type, from, to })
    if (answer.kind !== 'raw') return []
    return answer.points.flatMap(({ dateObserved, values }) => {
      const available = availableSpots(values, properties.totalSpotNumber)
      return available === undefined ? [] : [{ at: dateObserved, available }]
    })
  }

  async function refresh(): Promise<void> {
    const started = clock.monotonic()
    const whole = started - refreshedAt.usuallyOff >= times.usuallyOff
    refreshedAt.trend = started
    if (whole) refreshedAt.usuallyOff = started
    // One after the other: the map's own questions to history come in between.
    for (const site of sitesNow()) {
      const now = clock.now()
      const points = await series(site, now - (whole ? 25 * 60 : 80) * minute, now + 1)
      const capacity = site.properties.kind === 'parkingSite' ? site.properties.totalSpotNumber : undefined
      trends.set(site.id, {
        trend: trendOf(points, now, capacity),
        usuallyOff: whole ? usuallyOffOf(points, now) : trends.get(site.id)?.usuallyOff
      })
    }
  }

  return () => {
    if (!refreshing && clock.monotonic() - refreshedAt.trend >= times.trend) {
      refreshing = true
      refresh()
        .catch((error: Error) => {
          trends.clear()
          log('warn', 'The trends of car parks could not be read from history', { error: error.message })
        })
        .finally(() => {
          refreshing = false
        })
    }
    return {
      now: formatInstant(clock.now()),
      places: sitesNow().flatMap((site) => toParkingPlace(site, latest.get(site.id), trends.get(site.id) ?? {}) ?? [])
    }
  }
}
