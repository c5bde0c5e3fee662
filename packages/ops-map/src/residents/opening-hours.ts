/** Whether a place is open: until when today (`23:00`, absent: day and night), or from when on. */
export type Opening = { open: true; until?: string } | { open: false; from?: string }

type Span = { days: Set<number>; from: number; to: number }

const dayNames = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su']
const minutesOfDay = 24 * 60

/**
 * Reads the simple forms of OpenStreetMap's opening hours: `24/7`, `07:00-22:00`, `Mo-Fr 06:00-23:00; Sa,Su 08:00-20:00`,
 * also past midnight (`18:00-02:00`). Undefined where the text says more than that: better no word than a wrong one.
 */
export function readOpeningHours(text: string): Span[] | undefined {
  const spans: Span[] = []
  for (const rule of text.split(';').map((part) => part.trim())) {
    if (rule === '24/7') {
      spans.push({ days: new Set(dayNames.keys()), from: 0, to: minutesOfDay })
      continue
    }
    const match = /^(?:([A-Z][A-Za-z,-]*)\s+)?(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(rule)
    const days = match && readDays(match[1])
    if (!match || !days) return undefined
    const [from, end] = [minuteOf(match[2], match[3]), minuteOf(match[4], match[5])]
    if (from >= minutesOfDay || end > minutesOfDay) return undefined
    spans.push({ days, from, to: end > from ? end : end + minutesOfDay })
  }
  return spans
}

/** Whether it is open at a moment, in the city's time zone; undefined where the text is not understood. */
export function openingAt(text: string, at: number, timeZone: string): Opening | undefined {
  const spans = readOpeningHours(text)
  if (!spans) return undefined
  const { day, minute } = localMinute(at, timeZone)
  const yesterday = (day + 6) % 7
  for (const { days, from, to } of spans) {
    const own = days.has(day) && minute >= from && minute < to
    const overMidnight = days.has(yesterday) && minute + minutesOfDay < to
    if (own || overMidnight) return to - from >= minutesOfDay ? { open: true } : { open: true, until: clock(to) }
  }
  const next = spans.filter(({ days, from }) => days.has(day) && from > minute).sort((a, b) => a.from - b.from)[0]
  return next ? { open: false, from: clock(next.from) } : { open: false }
}

function readDays(text: string | undefined): Set<number> | undefined {
  if (text === undefined) return new Set(dayNames.keys())
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first, last = first] = part.split('-').map((name) => dayNames.indexOf(name))
    if (first === undefined || last === undefined || first < 0 || last < 0) return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  return days
}

const minuteOf = (hours = '0', minutes = '0') => Number(hours) * 60 + Number(minutes)

const clock = (minute: number) => {
  const within = minute % minutesOfDay
  const two = (n: number) => String(n).padStart(2, '0')
  return minute === minutesOfDay ? '24:00' : `${two(Math.floor(within / 60))}:${two(within % 60)}`
}

/** Day of the week from Monday (0), and minute of the day, in a time zone. */
function localMinute(at: number, timeZone: string): { day: number; minute: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23'
  }).formatToParts(at)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return {
    day: dayNames.indexOf(part('weekday').slice(0, 2)),
    minute: minuteOf(part('hour'), part('minute'))
  }
}
