/**
 * Whether a place is open. `until` and `from` are the time of the next change (`23:00`, the city's clock) where that is
 * less than a day away, so that the time alone says which one is meant.
 */
export type Opening = { open: true; until?: string; dayAndNight?: true } | { open: false; from?: string }

/** Minutes from Monday 00:00; `to` may lie past Sunday's end. */
type Span = { from: number; to: number }

const dayNames = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
const minutesOfDay = 24 * 60
const minutesOfWeek = 7 * minutesOfDay

/**
 * Reads the simple forms of OpenStreetMap's opening hours: `24/7`, `07:00-22:00`, `Mo-Fr 06:00-23:00; Sa,Su 08:00-20:00`,
 * `Mo-Sa 08:00-12:00,14:00-18:00; Su off`, also past midnight (`18:00-02:00`). As there, a later rule replaces an earlier one
 * on its days. Undefined where the text says more than that (holidays, sunset): better no word than a wrong one.
 */
export function readOpeningHours(text: string): Span[] | undefined {
  const week: Span[][] = dayNames.map(() => [])
  for (const rule of text.split(';').map((part) => part.trim())) {
    const [, names, hours = ''] = /^(?:([A-Z][A-Za-z,-]*)\s+)?(\S.*)$/.exec(rule) ?? []
    const days = readDays(names)
    const spans = rule === '24/7' ? [{ from: 0, to: minutesOfDay }] : readHours(hours)
    if (!days || !spans) return undefined
    for (const day of days) {
      week[day] = spans.map(({ from, to }) => ({ from: day * minutesOfDay + from, to: day * minutesOfDay + to }))
    }
  }
  return week.flat()
}

/** Whether it is open at a moment, in the city's time zone; undefined where the text is not understood. */
export function openingAt(text: string, at: number, timeZone: string): Opening | undefined {
  const spans = readOpeningHours(text)
  if (!spans) return undefined
  const minute = minuteOfWeek(at, timeZone)
  const open = openFor(spans, minute)
  if (open > 0) {
    if (open >= minutesOfWeek) return { open: true, dayAndNight: true }
    return open <= minutesOfDay ? { open: true, until: clockOf(minute + open) } : { open: true }
  }
  const closed = Math.min(...spans.map(({ from }) => (from - minute + minutesOfWeek) % minutesOfWeek))
  return closed <= minutesOfDay ? { open: false, from: clockOf(minute + closed) } : { open: false }
}

/** Minutes for which it stays open, over spans that touch each other (midnight); 0 where it is closed, at most a week. */
function openFor(spans: readonly Span[], minute: number): number {
  let passed = 0
  while (passed < minutesOfWeek) {
    const now = (minute + passed) % minutesOfWeek
    const left = Math.max(0, ...spans.map(({ from, to }) => leftOf(from, to, now)))
    if (left === 0) return passed
    passed += left
  }
  return minutesOfWeek
}

function leftOf(from: number, to: number, now: number): number {
  const within = now >= from ? now : now + minutesOfWeek
  return within < to ? to - within : 0
}

function readDays(text: string | undefined): Set<number> | undefined {
  if (text === undefined) return new Set(dayNames.keys())
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first, last = first, more] = part.split('-').map((name) => dayNames.indexOf(name))
    if (first === undefined || last === undefined || first < 0 || last < 0 || more !== undefined) return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  return days
}

/** `08:00-12:00,14:00-18:00` in minutes of the day; none for `off`. */
function readHours(text: string): Span[] | undefined {
  if (text === 'off' || text === 'closed') return []
  const spans: Span[] = []
  for (const part of text.split(',')) {
    const [, fromHour, fromMinute, toHour, toMinute] = /^\s*(\d\d):([0-5]\d)-(\d\d):([0-5]\d)$/.exec(part) ?? []
    if (toMinute === undefined) return undefined
    const from = Number(fromHour) * 60 + Number(fromMinute)
    const to = Number(toHour) * 60 + Number(toMinute)
    if (from >= minutesOfDay || to > minutesOfDay) return undefined
    spans.push({ from, to: to > from ? to : to + minutesOfDay })
  }
  return spans
}

function clockOf(minute: number): string {
  const within = minute % minutesOfDay
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The minute of the week, from Monday 00:00, in a time zone. */
function minuteOfWeek(at: number, timeZone: string): number {
  let format = formats.get(timeZone)
  if (!format) {
    const numbers = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    format = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', ...numbers })
    formats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  const day = dayNames.indexOf(parts.weekday?.slice(0, 2) ?? '')
  return day * minutesOfDay + Number(parts.hour) * 60 + Number(parts.minute)
}
