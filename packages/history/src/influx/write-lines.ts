import type { HistoryRefusal, HistoryRow } from '@city-brain/model'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { faultOf, type InfluxClient, messageOf } from './influx-client.ts'
import type { LineEncoder } from './line-protocol.ts'
import type { Place } from './prepare-bucket.ts'
import { partBySuspicion } from './suspects.ts'

/** Where and how lines are written. */
export type LineTarget = { client: InfluxClient; place: Place; encode: LineEncoder; gzip: boolean }

/**
 * Writes rows and comes back with those that InfluxDB refuses for good; all others are in. Its answer names one fault,
 * not every guilty line, and depending on version and fault it has stored the rest or nothing: so the rows are parted by
 * what the answer says of the guilty, else halved, until the guilty stand alone. Writing a good line again overwrites it
 * with itself. One request at a time.
 * @throws HistoryUnavailable, HistoryMisconfigured: some rows may be in, none are to be counted
 */
export async function writeLines(target: LineTarget, rows: readonly HistoryRow[]): Promise<HistoryRefusal[]> {
  if (rows.length === 0) return []
  const refusal = await post(target, rows)
  if (!refusal) return []
  if (rows.length === 1 || refusal.dropped === rows.length) {
    return rows.map(({ offset }) => ({ offset, reason: refusal.reason }))
  }
  const middle = rows.length >> 1
  const [first, second] = partBySuspicion(rows, refusal.reason, refusal.dropped) ?? [
    rows.slice(0, middle),
    rows.slice(middle)
  ]
  return [...(await writeLines(target, first)), ...(await writeLines(target, second))]
}

/** Undefined where all are in; else what InfluxDB has against some of them, and how many it dropped where it says so. */
async function post(
  { client, place, encode, gzip }: LineTarget,
  rows: readonly HistoryRow[]
): Promise<{ reason: string; dropped?: number } | undefined> {
  const { status, body } = await client.request({
    method: 'POST',
    path: '/api/v2/write',
    parameters: { ...place.write, precision: 'ns' },
    body: encode(rows),
    contentType: 'text/plain; charset=utf-8',
    gzip
  })
  if (status >= 200 && status < 300) return undefined
  const words = faultOf(body)
  const message = `InfluxDB answered ${status}: ${messageOf(body)}`
  // 1.x has 404 for an unknown database and 500 for an unknown retention policy, 2.x 404 for bucket and organisation.
  if (status === 404 || (status === 500 && words !== undefined && /retention policy not found/.test(words))) {
    throw new HistoryMisconfigured(message)
  }
  // Too large is too large, whoever says so: a proxy may allow less than InfluxDB.
  if (status === 413) return { reason: words ?? message }
  // A line can be guilty only in InfluxDB's own words: a proxy that answers 400 knows nothing of lines.
  if ((status === 400 || status === 422) && words !== undefined) {
    const dropped = /\bdropped=(\d+)/.exec(words)?.[1]
    return { reason: words, ...(dropped === undefined ? {} : { dropped: Number(dropped) }) }
  }
  throw new HistoryUnavailable(message)
}
