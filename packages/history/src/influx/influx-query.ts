import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { type InfluxClient, messageOf } from './influx-client.ts'

export type InfluxSeries = {
  name?: string
  tags?: Record<string, string>
  columns: string[]
  values: (string | number | boolean | null)[][]
}

/**
 * One InfluxQL statement on `/query`, which 1.8, 2.x and 3.x all have. Times come back in milliseconds: nanoseconds
 * would not survive JSON.
 * @throws HistoryUnavailable, HistoryMisconfigured
 */
export async function queryInflux(
  client: InfluxClient,
  statement: string,
  { database, policy, change = false }: { database?: string; policy?: string; change?: boolean }
): Promise<InfluxSeries[]> {
  const { status, body } = await client.request({
    method: change ? 'POST' : 'GET',
    path: '/query',
    parameters: {
      q: statement,
      epoch: 'ms',
      ...(database === undefined ? {} : { db: database }),
      ...(policy === undefined ? {} : { rp: policy })
    }
  })
  if (status === 404) throw new HistoryMisconfigured(`InfluxDB does not know ${database}: ${messageOf(body)}`)
  const result = (
    body as
      | { results?: { series?: (Omit<InfluxSeries, 'values'> & Partial<InfluxSeries>)[]; error?: string }[] }
      | undefined
  )?.results?.[0]
  if (status >= 300 || !result) throw new HistoryUnavailable(`InfluxDB answered ${status}: ${messageOf(body)}`)
  // A fault within a statement comes as 200; which it is, only its words tell.
  if (result.error !== undefined) {
    if (/not found/.test(result.error)) throw new HistoryMisconfigured(`InfluxDB: ${result.error}`)
    throw new HistoryUnavailable(`InfluxDB: ${result.error}`)
  }
  // Where a list is empty, as of databases, even the values are left out.
  return (result.series ?? []).map((series) => ({ ...series, values: series.values ?? [] }))
}

/** An identifier of InfluxQL. */
export const quoteName = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`
/** A string of InfluxQL. */
export const quoteText = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
