import { HistoryMisconfigured, HistoryUnavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import { type InfluxClient, messageOf } from './influx-client.ts'
import { queryInflux, quoteName } from './influx-query.ts'

/** Where the history lies. On 1.x the database and its retention policy, on 2.x a bucket of an organisation. */
export type Place = {
  version: string
  /** Parameters of `/api/v2/write`. */
  write: Record<string, string>
  /** For `/query`. */
  database: string
  policy?: string
}

type Wanted = { bucket: string; organisation?: string; retentionDays: number; log: Log }

/** InfluxDB keeps a retention of at least an hour; ours is whole days. */
const secondsOf = (days: number): number => days * 86_400

/**
 * Finds the bucket, or makes it: `database` or `database/policy` on 1.x, a bucket on 2.x.
 * @throws HistoryMisconfigured where it is not there and cannot be made; HistoryUnavailable
 */
export async function prepareBucket(client: InfluxClient, wanted: Wanted): Promise<Place> {
  const version = await findVersion(client)
  if (version.startsWith('1.')) return prepareDatabase(client, version, wanted)
  if (version.startsWith('2.')) return prepareBucketOf2(client, version, wanted)
  // From 3 on a database is made by the first write to it.
  wanted.log('warn', 'The city is not tested against this version of InfluxDB', { version })
  const { bucket, organisation } = wanted
  return { version, write: { bucket, ...(organisation ? { org: organisation } : {}) }, database: bucket }
}

async function findVersion(client: InfluxClient): Promise<string> {
  const { status, headers, body } = await client.request({ method: 'GET', path: '/ping' })
  const version = headers['x-influxdb-version']
  if (typeof version === 'string' && version !== '') return version.replace(/^v/, '')
  if (status >= 500) throw new HistoryUnavailable(`InfluxDB answered ${status} to /ping: ${messageOf(body)}`)
  throw new HistoryMisconfigured(`What answers at this URL is not InfluxDB (/ping: ${status}, no version)`)
}

async function prepareDatabase(client: InfluxClient, version: string, wanted: Wanted): Promise<Place> {
  const [database, policy = 'autogen', ...rest] = wanted.bucket.split('/')
  if (!database || !policy || rest.length > 0) {
    throw new HistoryMisconfigured(
      `The bucket of InfluxDB 1.x is "database" or "database/policy", not ${wanted.bucket}`
    )
  }
  const place: Place = { version, write: { bucket: `${database}/${policy}` }, database, policy }
  const duration = `DURATION ${wanted.retentionDays}d REPLICATION 1`
  const databases = await queryInflux(client, 'SHOW DATABASES', {})
  if (!databases.some(({ values }) => values.some(([name]) => name === database))) {
    await queryInflux(client, `CREATE DATABASE ${quoteName(database)} WITH ${duration} NAME ${quoteName(policy)}`, {
      change: true
    })
    wanted.log('info', 'Database made in InfluxDB', { database, policy, retentionDays: wanted.retentionDays })
    return place
  }
  const policies = await queryInflux(client, `SHOW RETENTION POLICIES ON ${quoteName(database)}`, { database })
  const found = policies.flatMap(({ values }) => values).find(([name]) => name === policy)
  if (!found) {
    await queryInflux(client, `CREATE RETENTION POLICY ${quoteName(policy)} ON ${quoteName(database)} ${duration}`, {
      change: true
    })
    wanted.log('info', 'Retention policy made in InfluxDB', { database, policy })
  }
  return place
}

async function prepareBucketOf2(client: InfluxClient, version: string, wanted: Wanted): Promise<Place> {
  const { bucket, organisation, retentionDays, log } = wanted
  if (!organisation) throw new HistoryMisconfigured(`InfluxDB ${version} needs the name of the organisation`)
  if (bucket.includes('/')) {
    throw new HistoryMisconfigured(
      'A bucket of InfluxDB 2.x may have no slash in its name, or InfluxQL does not find it'
    )
  }
  const place: Place = { version, write: { bucket, org: organisation }, database: bucket }
  const found = await client.request({
    method: 'GET',
    path: '/api/v2/buckets',
    parameters: { org: organisation, name: bucket }
  })
  if (found.status === 200 && listOf(found.body, 'buckets').length > 0) return place
  const organisations = await client.request({ method: 'GET', path: '/api/v2/orgs', parameters: { org: organisation } })
  const [own] = listOf(organisations.body, 'orgs')
  if (organisations.status !== 200 || !own?.id) {
    throw new HistoryMisconfigured(`InfluxDB has no organisation ${organisation}: ${messageOf(organisations.body)}`)
  }
  const made = await client.request({
    method: 'POST',
    path: '/api/v2/buckets',
    body: JSON.stringify({
      orgID: own.id,
      name: bucket,
      retentionRules: [{ type: 'expire', everySeconds: secondsOf(retentionDays) }]
    })
  })
  if (made.status !== 201) {
    throw new HistoryMisconfigured(`InfluxDB did not make the bucket ${bucket}: ${messageOf(made.body)}`)
  }
  log('info', 'Bucket made in InfluxDB', { bucket, organisation, retentionDays })
  return place
}

function listOf(body: unknown, name: string): { id?: string }[] {
  const list = (body as Record<string, unknown> | undefined)?.[name]
  return Array.isArray(list) ? list : []
}
