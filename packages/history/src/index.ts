export { adoptDuckDbEpoch, readDuckDbCheckpoint } from './duckdb/history-file.ts'
export { openDuckDbHistory } from './duckdb/open-duckdb-history.ts'
export { BadHistoryQuery, HistoryMisconfigured, HistoryUnavailable } from './errors.ts'
export { type InfluxOptions, openInfluxHistory } from './influx/open-influx-history.ts'
export { createLatest } from './latest/latest.ts'
export type { Log } from './log.ts'
export { createQuality } from './quality/quality.ts'
export { type InfluxServer, startInfluxd } from './testing/start-influxd.ts'
export {
  createHistoryWriter,
  type HistoryWriter,
  type HistoryWriterOptions,
  type HistoryWriterState
} from './writer/history-writer.ts'
