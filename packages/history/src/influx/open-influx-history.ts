import {
  type Clock,
  type HistoryCheckpoint,
  type HistoryRow,
  type HistoryStore,
  readingTypes,
  systemClock
} from '@city-brain/model'
import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import { planQuery } from '../plan-query.ts'
import { planWrite } from '../plan-write.ts'
import { createInfluxClient } from './influx-client.ts'
import { createLineEncoder } from './line-protocol.ts'
import { type Place, prepareBucket } from './prepare-bucket.ts'
import { selectInflux, selectInfluxLatestAt } from './select-influx.ts'
import { writeLines } from './write-lines.ts'

const day = 24 * 60 * 60 * 1_000

export type InfluxOptions = {
  /** `http://host:8086` */
  url: string
  /** Of 2.x. On 1.x user and password, where it asks for any. */
  token?: string
  username?: string
  password?: string
  /** Of 2.x: its name. */
  organisation?: string
  /** 2.x: its name; 1.x: `database` or `database/policy` (default policy `autogen`). Made where it is missing. */
  bucket: string
  /** Of a bucket that is made; one that is there keeps its own. Older readings are refused. */
  retentionDays: number
  /** Where it is kept how far the journal has been applied: InfluxDB has no place for it that is written together with the points. */
  checkpoints: {
    load(): Promise<HistoryCheckpoint | undefined>
    save(checkpoint: HistoryCheckpoint): Promise<void>
  }
  log: Log
  clock?: Clock
  /** Milliseconds for one request (default 10,000). */
  timeout?: number
  /** Compress what is written: worth it over a slow network. */
  gzip?: boolean
}

/**
 * The history in InfluxDB 1.8 or 2.x. It may be away: opening succeeds all the same, and the bucket is prepared with the
 * first call that reaches it. A batch may be written twice after a crash, which changes nothing: a point overwrites itself.
 * @throws HistoryMisconfigured where the options are wrong, or InfluxDB says so
 */
export async function openInfluxHistory(options: InfluxOptions): Promise<HistoryStore> {
  const { bucket, organisation, retentionDays, checkpoints, log, clock = systemClock, gzip = false } = options
  const client = createInfluxClient({
    url: checkUrl(options.url),
    authorization: authorizationOf(options),
    timeout: options.timeout ?? 10_000
  })
  const oldest = () => clock.now() - retentionDays * day

  const encode = createLineEncoder()
  let current = await checkpoints.load()
  let place: Place | undefined
  let preparing: Promise<Place> | undefined
  let writing: Promise<unknown> = Promise.resolve()
  let closed = false

  function prepared(): Promise<Place> {
    if (place) return Promise.resolve(place)
    preparing ??= prepareBucket(client, { bucket, organisation, retentionDays, log })
      .then((found) => {
        place = found
        return found
      })
      .finally(() => {
        preparing = undefined
      })
    return preparing
  }

  try {
    await prepared()
  } catch (fault) {
    if (!(fault instanceof HistoryUnavailable)) {
      client.close()
      throw fault
    }
    log('warn', 'InfluxDB is not there yet; readings wait in the journal', { message: fault.message })
  }

  const write: HistoryStore['write'] = async (rows, to, refuse) => {
    const plan = planWrite(current, rows, to, oldest())
    if (!plan) return current as HistoryCheckpoint
    const where = await prepared()
    const refused = await writeLines({ client, place: where, encode, gzip }, plan.rows)
    const refusals = [...plan.refusals, ...refused].sort((a, b) => a.offset - b.offset)
    if (refusals.length > 0) await refuse(refusals)
    const next: HistoryCheckpoint = {
      ...plan.checkpoint,
      stored: plan.checkpoint.stored - refused.length,
      refused: plan.checkpoint.refused + refused.length
    }
    await checkpoints.save(next)
    current = next
    return next
  }

  return {
    name: 'influx',
    checkpoint: async () => current,
    write(rows, to, refuse) {
      const result = writing.then(() => write(rows, to, refuse))
      writing = result.catch(() => undefined)
      return result
    },
    async query(query) {
      const plan = planQuery(query)
      return selectInflux(client, await prepared(), plan)
    },
    async latestAt(at) {
      const where = await prepared()
      const rows: HistoryRow[] = []
      for (const type of readingTypes) rows.push(...(await selectInfluxLatestAt(client, where, type, at)))
      return rows
    },
    async close() {
      if (closed) return
      closed = true
      client.close()
      await writing
    }
  }
}

function checkUrl(url: string): string {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw new HistoryMisconfigured(`${url} is not a URL of InfluxDB`)
  }
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new HistoryMisconfigured(`The URL of InfluxDB begins with http:// or https://, not ${parsed.protocol}//`)
  }
  return url.replace(/\/+$/, '')
}

/** A token of 2.x and later, or user and password of 1.x. */
function authorizationOf({ token, username, password }: InfluxOptions): string | undefined {
  if (token !== undefined) return `Token ${token}`
  if (username === undefined) return undefined
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
}
