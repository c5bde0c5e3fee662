import type { HistoryRefusal } from '@city-brain/model'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import { faultOf, type InfluxClient, messageOf } from './influx-client.ts'
import type { Place } from './prepare-bucket.ts'

export type Line = { offset: number; text: string }

/**
 * Writes lines and comes back with those that InfluxDB refuses for good; all others are in. Its answer names one fault,
 * not every guilty line, and depending on version and fault it has stored the rest or nothing: so the lines are halved
 * until the guilty stand alone. Writing a good line again overwrites it with itself.
 * @throws HistoryUnavailable, HistoryMisconfigured: some lines may be in, none are to be counted
 */
export async function writeLines(
  client: InfluxClient,
  place: Place,
  lines: readonly Line[],
  gzip: boolean
): Promise<HistoryRefusal[]> {
  if (lines.length === 0) return []
  const refusal = await post(client, place, lines, gzip)
  if (!refusal) return []
  if (lines.length === 1 || refusal.dropped === lines.length) {
    return lines.map(({ offset }) => ({ offset, reason: refusal.reason }))
  }
  const middle = lines.length >> 1
  return [
    ...(await writeLines(client, place, lines.slice(0, middle), gzip)),
    ...(await writeLines(client, place, lines.slice(middle), gzip))
  ]
}

/** Undefined where all are in; else what InfluxDB has against some of them, and how many it dropped where it says so. */
async function post(
  client: InfluxClient,
  place: Place,
  lines: readonly Line[],
  gzip: boolean
): Promise<{ reason: string; dropped?: number } | undefined> {
  const { status, body } = await client.request({
    method: 'POST',
    path: '/api/v2/write',
    parameters: { ...place.write, precision: 'ns' },
    body: lines.map(({ text }) => text).join('\n'),
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
  // A line can be guilty only in InfluxDB's own words: a proxy that answers 400 or 413 knows nothing of lines.
  if (status === 400 || status === 422 || status === 413) {
    if (words !== undefined) {
      const dropped = /\bdropped=(\d+)/.exec(words)?.[1]
      return { reason: words, ...(dropped === undefined ? {} : { dropped: Number(dropped) }) }
    }
    if (status === 413 && lines.length > 1) return { reason: message }
  }
  throw new HistoryUnavailable(message)
}
