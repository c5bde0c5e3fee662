import type { CityDescription } from '@city-brain/model'
import type { CityStore } from './city-store.ts'

/** How long to wait after a failed attempt, milliseconds. */
const pause = 5_000

/**
 * Fetches the city's description anew when the server tells of assets that were added or changed since the one that is
 * known. One request at a time; one that fails is made again. Returns the end.
 */
export function watchAssets({
  store,
  known,
  fetchCity,
  onCity,
  wait = pause
}: {
  store: Pick<CityStore, 'live' | 'subscribe'>
  /** `assetsOffset` of the description that was fetched before. */
  known: number
  fetchCity: () => Promise<CityDescription>
  onCity: (city: CityDescription) => void
  wait?: number
}): () => void {
  let newest = known
  let fetching = false
  let retry: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    if (fetching || retry !== undefined || store.live().assetsOffset <= newest) return
    fetching = true
    const told = store.live().assetsOffset
    fetchCity()
      .then(
        (city) => {
          newest = Math.max(newest, told, city.assetsOffset ?? 0)
          onCity(city)
        },
        () => {
          retry = setTimeout(() => {
            retry = undefined
            look()
          }, wait)
        }
      )
      .finally(() => {
        fetching = false
        look()
      })
  }
  const end = store.subscribe(look)
  look()
  return () => {
    end()
    clearTimeout(retry)
    // A request that is under way finds nobody to tell.
    newest = Number.POSITIVE_INFINITY
  }
}
