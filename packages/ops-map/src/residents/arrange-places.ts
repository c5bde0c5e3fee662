import type { Language, ParkingPlace } from '@city-brain/model'
import { distanceBetween, type Position } from './distance.ts'
import { type Opening, openingAt } from './opening-hours.ts'
import { type Standing, standingOf } from './standing.ts'

export type Filters = {
  /** Street or place, as typed. */
  text: string
  openNow: boolean
  disabledBays: boolean
  /** Height of one's own vehicle in metres; undefined: any. */
  height?: number
}

/** A place as it stands in the list: what to say of it now, how far it is in metres, and whether it is open. */
export type ArrangedPlace = { place: ParkingPlace; standing: Standing; distance?: number; opening?: Opening }

/** Those where one can park come first, then full ones, then those whose number cannot be relied on. */
const ranks: Record<Standing, number> = { open: 0, full: 1, stale: 2, 'not-reliable': 2, unknown: 3, closed: 4 }

/**
 * What the list shows, in its order: where one can park before where one cannot; within that the nearest first, those of
 * unknown place last; without a position by name. Without a time zone nothing is said of opening hours.
 */
export function arrangePlaces(
  places: readonly ParkingPlace[],
  {
    filters,
    position,
    now,
    answerAge,
    timeZone,
    language
  }: {
    filters: Filters
    position?: Position
    /** The city's clock, milliseconds since 1970. */
    now: number
    /** How long ago the city told this, milliseconds. */
    answerAge: number
    timeZone?: string
    language: Language
  }
): ArrangedPlace[] {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean)
  return places
    .map<ArrangedPlace>((place) => {
      const opening =
        place.openingHours !== undefined && timeZone !== undefined
          ? openingAt(place.openingHours, now, timeZone)
          : undefined
      return {
        place,
        standing: standingOf(place, { opening, answerAge }),
        ...(position && place.position ? { distance: distanceBetween(position, place.position) } : {}),
        ...(opening ? { opening } : {})
      }
    })
    .filter(({ place, standing }) => {
      const names = [place.name.en, place.name.zh, place.address?.en, place.address?.zh].join(' ').toLowerCase()
      if (!words.every((word) => names.includes(word))) return false
      if (filters.openNow && standing === 'closed') return false
      if (filters.disabledBays && !(place.disabledSpotNumber && place.disabledSpotNumber > 0)) return false
      // Where no height is known nobody is sent away, and nobody is promised anything: the card says no height.
      return filters.height === undefined || (place.maximumAllowedHeight ?? Number.POSITIVE_INFINITY) >= filters.height
    })
    .sort((a, b) => ranks[a.standing] - ranks[b.standing] || byDistance(a, b) || byName(a, b))

  function byName(a: ArrangedPlace, b: ArrangedPlace): number {
    return a.place.name[language].localeCompare(b.place.name[language], language === 'zh' ? 'zh-CN' : 'en')
  }
}

function byDistance(a: ArrangedPlace, b: ArrangedPlace): number {
  const nowhere = Number(a.place.position === undefined) - Number(b.place.position === undefined)
  return nowhere || (a.distance ?? 0) - (b.distance ?? 0)
}
