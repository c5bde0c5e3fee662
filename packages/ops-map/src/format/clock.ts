import type { Language } from '@city-brain/model'

const tags: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' }
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(language: Language, timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language}/${timeZone}/${JSON.stringify(options)}`
  let format = formats.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(tags[language], { ...options, timeZone })
    formats.set(key, format)
  }
  return format
}

/** `08:15:42` in the city's time zone. */
export function formatTime(at: number, language: Language, timeZone: string): string {
  return formatOf(language, timeZone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23'
  }).format(at)
}

/** `08:15` in the city's time zone. */
export function formatMinute(at: number, language: Language, timeZone: string): string {
  return formatOf(language, timeZone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
}

/** `Mon 23 Nov`, `11月23日 周一`. */
export function formatDay(at: number, language: Language, timeZone: string): string {
  return language === 'zh'
    ? `${formatOf(language, timeZone, { month: 'long', day: 'numeric' }).format(at)} ${formatOf(language, timeZone, { weekday: 'short' }).format(at)}`
    : formatOf(language, timeZone, { weekday: 'short', day: 'numeric', month: 'short' }).format(at).replace(',', '')
}

/** `Mon 23 Nov 08:15:42`. */
export function formatMoment(at: number, language: Language, timeZone: string): string {
  return `${formatDay(at, language, timeZone)} ${formatTime(at, language, timeZone)}`
}

/** The short name of the zone at that moment, e.g. `CST` where the language has one, else `GMT+8`. */
export function formatZone(at: number, timeZone: string): string {
  const known = shortZones[timeZone]
  if (known) return known
  const parts = formatOf('en', timeZone, { timeZoneName: 'short' }).formatToParts(at)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone
}

/** Zones whose usual abbreviation browsers do not give in English. */
const shortZones: Record<string, string> = { 'Asia/Shanghai': 'CST', 'Asia/Taipei': 'CST', 'Asia/Hong_Kong': 'HKT' }
