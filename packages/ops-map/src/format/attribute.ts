import type { AttributeValue, Language } from '@city-brain/model'
import { formatNumber } from './number.ts'

/** A value as people read it: `61` and `%`, `912` and `veh/h`. The unit is empty where there is none. */
export type ShownValue = { text: string; unit: string }

/**
 * A number with the unit that people use: fractions (unit `1`) become percent, counts lose their unit. Everything else
 * keeps the unit of the vocabulary.
 */
export function formatQuantity(value: number, unit: string | undefined, language: Language): ShownValue {
  if (unit === '1') return { text: formatNumber(value * 100, language), unit: '%' }
  const decimals = unit === 'currency/min' ? 2 : Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0
  return { text: formatNumber(value, language, decimals), unit: unit === 'count' ? '' : (unit ?? '') }
}

/** A value that is not a number: texts and lists through `word`, which knows the vocabulary's words in the language. */
export function formatWords(value: Exclude<AttributeValue, number>, word: (value: string) => string): string {
  if (typeof value === 'boolean') return word(value ? 'yes' : 'no')
  return (Array.isArray(value) ? value : [value]).map(word).join(', ')
}

/** `12 ms`, `0.3 s`. */
export function formatLatency(milliseconds: number, language: Language): string {
  return milliseconds < 100
    ? `${formatNumber(milliseconds, language)} ms`
    : `${formatNumber(milliseconds / 1_000, language, 1)} s`
}
