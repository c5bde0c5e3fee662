import type { Language } from '@city-brain/model'

const formats = new Map<string, Intl.NumberFormat>()

/** A number with at most so many decimals, digits in groups of three parted by a narrow space. */
export function formatNumber(value: number, language: Language, decimals = 0): string {
  const key = `${language}/${decimals}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
      maximumFractionDigits: decimals,
      useGrouping: true
    })
    formats.set(key, format)
  }
  return format
    .formatToParts(value)
    .map((part) => (part.type === 'group' ? '\u202f' : part.value))
    .join('')
}
