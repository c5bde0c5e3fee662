export { BadHistoryQuery, HistoryMisconfigured, HistoryUnavailable } from './errors.ts'
export { createLatest } from './latest/latest.ts'
export type { Log } from './log.ts'
export { createQuality } from './quality/quality.ts'
