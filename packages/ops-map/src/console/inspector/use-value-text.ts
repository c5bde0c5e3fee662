import { type AttributeValue, attributesOf, parseInstant, type ReadingType } from '@city-brain/model'
import { useCallback } from 'react'
import { formatQuantity, formatWords, type ShownValue } from '../../format/attribute.ts'
import { formatMoment } from '../../format/clock.ts'
import { useTexts } from '../../i18n/use-texts.ts'
import { useParts } from '../app/console-parts.ts'

const units = new Map<ReadingType, Map<string, string | undefined>>()

/** The unit of an attribute in the vocabulary. */
export function unitOf(type: ReadingType, attribute: string): string | undefined {
  let known = units.get(type)
  if (!known) {
    known = new Map(attributesOf(type).map(({ name, unit }) => [name, unit]))
    units.set(type, known)
  }
  return known.get(attribute)
}

/** A value with its unit as the console shows it, and the name of its attribute in words. */
export function useValueText() {
  const { city } = useParts()
  const { t, language } = useTexts('console')
  const word = useCallback((value: string) => t(`value.${value}` as 'value.ok', { defaultValue: value }), [t])
  const name = useCallback(
    (attribute: string) => t(`attribute.${attribute}` as 'attribute.occupancy', { defaultValue: attribute }),
    [t]
  )
  const show = useCallback(
    (type: ReadingType, attribute: string, value: AttributeValue): ShownValue => {
      if (typeof value === 'number') {
        const shown = formatQuantity(value, unitOf(type, attribute), language)
        return { text: shown.text, unit: t(`unit.${shown.unit}` as 'unit.veh/h', { defaultValue: shown.unit }) }
      }
      const instant = typeof value === 'string' ? parseInstant(value) : undefined
      if (instant !== undefined) return { text: formatMoment(instant, language, city.timeZone), unit: '' }
      return { text: formatWords(value, word), unit: '' }
    },
    [t, language, city.timeZone, word]
  )
  return { show, name, word }
}
