import type { Language } from '@city-brain/model'
import type { VariableType } from './subject-variables.ts'

/** How a value is written into a text. The first of each type is the default. */
const formats = {
  number: ['number', 'integer', 'decimal', 'percent', 'duration'],
  text: ['text'],
  boolean: ['yes-no'],
  list: ['text']
} as const satisfies Record<VariableType, readonly string[]>

export type ValueFormat = (typeof formats)[VariableType][number]

export function formatsOf(type: VariableType): readonly ValueFormat[] {
  return formats[type]
}

/** A value for people. `percent` takes a fraction, `duration` seconds. */
export function formatValue(
  value: number | string | boolean | undefined,
  format: ValueFormat,
  language: Language
): string {
  if (value === undefined) return language === 'zh' ? '未知' : 'unknown'
  if (typeof value === 'boolean') return language === 'zh' ? (value ? '是' : '否') : value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  switch (format) {
    case 'percent':
      return language === 'zh' ? `${rounded(value * 100, 0)}%` : `${rounded(value * 100, 0)} %`
    case 'integer':
      return rounded(value, 0)
    case 'decimal':
      return value.toFixed(1)
    case 'duration':
      return formatSeconds(value, language)
    default:
      return rounded(value, 2)
  }
}

/** At most so many decimals, without zeros at the end; never "-0". */
function rounded(value: number, decimals: number): string {
  const factor = 10 ** decimals
  return String(Math.round(value * factor) / factor + 0)
}

const units = [
  { seconds: 86_400, en: ' d', zh: '天' },
  { seconds: 3_600, en: ' h', zh: '小时' },
  { seconds: 60, en: ' min', zh: '分钟' },
  { seconds: 1, en: ' s', zh: '秒' }
] as const

/** The two largest units: `2 h 5 min`, `2小时5分钟`. */
function formatSeconds(seconds: number, language: Language): string {
  let rest = Math.max(0, Math.round(seconds))
  const first = units.findIndex((unit) => rest >= unit.seconds)
  if (first === -1) return language === 'zh' ? '0秒' : '0 s'
  const parts: string[] = []
  for (const unit of units.slice(first, first + 2)) {
    const count = Math.floor(rest / unit.seconds)
    rest -= count * unit.seconds
    if (count > 0) parts.push(`${count}${unit[language]}`)
  }
  return parts.join(language === 'zh' ? '' : ' ')
}
