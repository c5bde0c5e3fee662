import type { Language, ParkingPlace } from '@city-brain/model'
import { distanceBetween, type Position } from './distance.ts'
import { type Opening, openingAt } from './opening-hours.ts'

export type Filters = {
  /** Street or place, as typed. */
  text: string
  openNow: boolean
  disabledBays: boolean
  /** Height of one's own vehicle in metres; undefined: any. */
  height?: number
}

/** A place as it stands in the list: how far it is, and whether it is open. */
export type ArrangedPlace = { place: ParkingPlace; distance?: number; opening?: Opening }

/** Those where one can park come first, then full ones, then those whose number cannot be relied on. */
const ranks: Record<ParkingPlace['state'], number> = {
  open: 0,
  full: 1,
  stale: 2,
  'not-reliable': 2,
  unknown: 3,
  closed: 4
}

/**
 * What the list shows, in its order: with a position the nearest first, as the question is where to park near here, and
 * those of unknown place last; without one by what there is to find there, then by name.
 */
export function arrangePlaces(
  places: readonly ParkingPlace[],
  {
    filters,
    position,
    now,
    timeZone,
    language
  }: { filters: Filters; position?: Position; now: number; timeZone: string; language: Language }
): ArrangedPlace[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean)
  return places
    .map<ArrangedPlace>((place) => ({
      place,
      ...(position && place.position ? { distance: distanceBetween(position, place.position) } : {}),
      ...(place.openingHours ? { opening: openingAt(place.openingHours, now, timeZone) } : {})
    }))
    .filter(({ place, opening }) => {
      const names = [place.name.en, place.name.zh, place.address?.en, place.address?.zh].join(' ').toLowerCase()
      if (!words.every((word) => names.includes(word))) return false
      if (filters.openNow && (place.state === 'closed' || opening?.open === false)) return false
      if (filters.disabledBays && !(place.disabledSpotNumber && place.disabledSpotNumber > 0)) return false
      // Where no height is known nobody is sent away, and nobody is promised anything: the card says no height.
      return filters.height === undefined || (place.maximumAllowedHeight ?? Number.POSITIVE_INFINITY) >= filters.height
    })
    .sort((a, b) => {
      if (position)
        return (a.distance ?? Number.POSITIVE_INFINITY) - (b.distance ?? Number.POSITIVE_INFINITY) || byName(a, b)
      return ranks[a.place.state] - ranks[b.place.state] || byName(a, b)
    })

  function byName(a: ArrangedPlace, b: ArrangedPlace): number {
    return a.place.name[language].localeCompare(b.place.name[language], language === 'zh' ? 'zh-CN' : 'en')
  }
}
