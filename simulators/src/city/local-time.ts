/** The time of day where the city lies. */
export type LocalTime = {
  /** 0 to 24. */
  hour: number
  /** 0 is Sunday. */
  weekday: number
  /** Days since 1970 by the local calendar. */
  day: number
}

/** Milliseconds since 1970 → local time. The offset of the zone is looked up once for each quarter of an hour. */
export function createLocalClock(timeZone: string): (now: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
  let slot = Number.NaN
  let offset = 0
  return (now) => {
    const current = Math.floor(now / 900_000)
    if (current !== slot) {
      slot = current
      const name = format.formatToParts(now).find((part) => part.type === 'timeZoneName')?.value ?? ''
      const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? []
      offset = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
    }
    const local = now + offset
    const day = Math.floor(local / 86_400_000)
    return { hour: (local - day * 86_400_000) / 3_600_000, weekday: (((day + 4) % 7) + 7) % 7, day }
  }
}
