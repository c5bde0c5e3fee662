/** The paths of the API that the console reads. */
const part = encodeURIComponent
const instant = (at: number) => part(new Date(at).toISOString())

export const paths = {
  session: '/api/session',
  password: '/api/session/password',
  city: '/api/city',
  health: '/api/health',
  acknowledge: (alarm: string) => `/api/alarms/${part(alarm)}/acknowledge`,
  pastAlarms: (limit: number) => `/api/alarms?history=true&limit=${limit}`,
  history: (entity: string, from: number, to: number, every: number, attribute: string) =>
    `/api/entities/${part(entity)}/history?from=${instant(from)}&to=${instant(to)}&every=${every}&attributes=${part(attribute)}`,
  entries: (entity: string, kinds: string, limit: number) =>
    `/api/entities/${part(entity)}/entries?kinds=${kinds}&limit=${limit}`,
  commands: (intersection?: string) =>
    intersection === undefined ? '/api/commands?limit=50' : `/api/commands?limit=10&intersection=${part(intersection)}`,
  release: (intersection: string) => `/api/signals/${part(intersection)}/release`,
  deadLetters: (before?: number) => `/api/dead-letters?limit=50${before === undefined ? '' : `&before=${before}`}`,
  replay: '/api/dead-letters/replay',
  timeline: (from: number, to: number, every: number) =>
    `/api/timeline?from=${instant(from)}&to=${instant(to)}&every=${every}`,
  at: (moment: number) => `/api/at?time=${instant(moment)}`
}
