import type { Language, ParkingPlace } from '@city-brain/model'
import { formatNumber } from '../format/number.ts'
import type { ArrangedPlace, Filters } from './arrange-places.ts'
import { formatDistance, minutesOnFoot } from './distance.ts'
import type { residentsEn } from './texts/en.ts'

export type Texts = (key: keyof typeof residentsEn, values?: Record<string, string | number>) => string
export type Headline = { text: string; tone: 'number' | 'full' | 'quiet'; below?: string }

const words = {
  closed: 'closed',
  'not-reliable': 'notReliable',
  stale: 'stale',
  unknown: 'unknown'
} as const

/** The one thing that a card says large: a number only where it is to be relied on, else a word. */
export function headline(
  { place, standing }: Pick<ArrangedPlace, 'place' | 'standing'>,
  t: Texts,
  language: Language
): Headline {
  const { availableSpotNumber: free, totalSpotNumber } = place
  const total = totalSpotNumber === undefined ? undefined : formatNumber(totalSpotNumber, language)
  if (standing === 'open' && free !== undefined) {
    const below = total === undefined ? t('free') : t('freeOf', { total })
    return { text: formatNumber(free, language), tone: 'number', below }
  }
  const below = total === undefined ? {} : { below: t('of', { total }) }
  if (standing === 'full') return { text: t('full'), tone: 'full', ...below }
  return { text: t(standing === 'open' ? 'unknown' : words[standing]), tone: 'quiet', ...below }
}

/** How far, how dear, how long open, how high; the bays for those who ask for them, the address for those who search. */
export function facts(
  { place, distance, opening }: Omit<ArrangedPlace, 'standing'>,
  t: Texts,
  language: Language,
  asked: Pick<Filters, 'disabledBays' | 'text'> = { disabledBays: false, text: '' }
): string[] {
  const { priceRatePerMinute: rate, priceCurrency, maximumAllowedHeight: height, disabledSpotNumber: bays } = place
  return [
    distance === undefined ? '' : formatDistance(distance, language),
    distance === undefined ? '' : t('onFoot', { minutes: minutesOnFoot(distance) }),
    place.position ? '' : t('unknownPlace'),
    asked.text.trim() === '' ? '' : (place.address?.[language] ?? ''),
    asked.disabledBays && bays ? t('bays', { count: bays }) : '',
    rate === undefined
      ? ''
      : rate === 0
        ? t('freeOfCharge')
        : t('perHour', { price: priceOf(rate * 60, priceCurrency, language) }),
    openingWords(opening, t),
    height === undefined ? '' : t('maxHeight', { height: heightOf(height) })
  ].filter(Boolean)
}

/** Where the number comes from, how old it is, and how it moves. `age` in words; undefined where it has never reported. */
export function provenance(
  { place, standing }: Pick<ArrangedPlace, 'place' | 'standing'>,
  age: string | undefined,
  t: Texts
): string[] {
  if (age === undefined) return [t('never')]
  const reasons = standing === 'not-reliable' ? (place.reasons ?? []) : []
  const why = { 'above-capacity': t('aboveCapacity'), unchanged: t('unchanged'), gap: t('gap') }
  const current = standing === 'open' || standing === 'full'
  return [
    ...reasons.map((reason) => why[reason]),
    current ? t('counted', { age }) : t('lastCounted', { age }),
    // The median may be 0; nobody should read that as a promise.
    standing === 'open' && place.usuallyOff !== undefined
      ? t('usuallyOff', { count: Math.max(1, Math.round(place.usuallyOff)) })
      : '',
    standing === 'open' && place.trend === 'filling' ? t('filling') : '',
    current && place.trend === 'emptying' ? t('emptying') : ''
  ].filter(Boolean)
}

/** Whether a card has the way there: not where there is nothing to find, nor where the counter is not to be believed. */
export function invites({ place, standing }: Pick<ArrangedPlace, 'place' | 'standing'>): boolean {
  return place.position !== undefined && (standing === 'open' || standing === 'stale' || standing === 'unknown')
}

function openingWords(opening: ArrangedPlace['opening'], t: Texts): string {
  if (!opening) return ''
  if (!opening.open) return opening.from === undefined ? '' : t('opensAt', { time: opening.from })
  if (opening.dayAndNight) return t('dayAndNight')
  return opening.until === undefined ? '' : t('until', { time: opening.until })
}

/** `2.0`, `1.95`: the sign at the gate is in centimetres, and nothing may make it look higher than it is. */
function heightOf(metres: number): string {
  const centimetres = Math.floor(metres * 100 + 1e-6)
  return (centimetres / 100).toFixed(centimetres % 10 === 0 ? 1 : 2)
}

function priceOf(amount: number, currency: ParkingPlace['priceCurrency'], language: Language): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 }
  const style =
    currency === undefined
      ? digits
      : { ...digits, style: 'currency' as const, currency, currencyDisplay: 'narrowSymbol' as const }
  return new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', style).format(amount)
}
