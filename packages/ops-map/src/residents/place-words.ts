import type { Language, ParkingPlace } from '@city-brain/model'
import type { ArrangedPlace } from './arrange-places.ts'
import { formatDistance, minutesOnFoot } from './distance.ts'
import type { residentsEn } from './texts/en.ts'

type Texts = (key: keyof typeof residentsEn, values?: Record<string, string | number>) => string

/** The one thing that a card says large: a number only where it is to be relied on, else a word. */
export function headline(
  place: ParkingPlace,
  t: Texts
): { text: string; tone: 'number' | 'full' | 'quiet'; below?: string } {
  const { state, availableSpotNumber, totalSpotNumber: total } = place
  const of = total === undefined ? undefined : t('of', { total })
  switch (state) {
    case 'open':
      return {
        text: String(availableSpotNumber ?? ''),
        tone: 'number',
        below: total === undefined ? t('free') : t('freeOf', { total })
      }
    case 'full':
      return { text: t('full'), tone: 'full', below: of }
    case 'closed':
      return { text: t('closed'), tone: 'quiet', below: of }
    case 'not-reliable':
      return { text: t('notReliable'), tone: 'quiet', below: of }
    case 'stale':
      return { text: t('stale'), tone: 'quiet', below: of }
    case 'unknown':
      return { text: t('unknown'), tone: 'quiet', below: of }
  }
}

/** How far, how dear, how long open, how high. */
export function facts({ place, distance, opening }: ArrangedPlace, t: Texts, language: Language): string[] {
  const { priceRatePerMinute: rate, priceCurrency, maximumAllowedHeight: height, disabledSpotNumber: bays } = place
  return [
    distance === undefined ? '' : formatDistance(distance),
    distance === undefined ? '' : t('onFoot', { minutes: minutesOnFoot(distance) }),
    place.position ? '' : t('unknownPlace'),
    rate === undefined
      ? ''
      : rate === 0
        ? t('freeOfCharge')
        : t('perHour', { price: priceOf(rate * 60, priceCurrency, language) }),
    opening === undefined ? '' : openingWords(opening, t),
    height === undefined ? '' : t('maxHeight', { height }),
    bays ? t('bays', { count: bays }) : ''
  ].filter(Boolean)
}

/** Where the number comes from, how old it is, and how it moves. */
export function provenance(place: ParkingPlace, age: string | undefined, t: Texts): string[] {
  if (age === undefined) return [t('never')]
  const reasons = place.state === 'not-reliable' ? (place.reasons ?? []) : []
  const words = { 'above-capacity': t('aboveCapacity'), unchanged: t('unchanged'), gap: t('gap') }
  const current = place.state === 'open' || place.state === 'full'
  return [
    ...reasons.map((reason) => words[reason]),
    current ? t('counted', { age }) : t('lastCounted', { age }),
    place.state === 'open' && place.usuallyOff !== undefined
      ? t('usuallyOff', { count: Math.round(place.usuallyOff) })
      : '',
    current && place.trend === 'filling' ? t('filling') : '',
    current && place.trend === 'emptying' ? t('emptying') : ''
  ].filter(Boolean)
}

function openingWords(opening: NonNullable<ArrangedPlace['opening']>, t: Texts): string {
  if (opening.open) return opening.until === undefined ? t('dayAndNight') : t('until', { time: opening.until })
  return opening.from === undefined ? t('closedToday') : t('opensAt', { time: opening.from })
}

function priceOf(amount: number, currency: string | undefined, language: Language): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 }
  const style =
    currency === undefined
      ? digits
      : { ...digits, style: 'currency' as const, currency, currencyDisplay: 'narrowSymbol' as const }
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', style).format(amount)
}
