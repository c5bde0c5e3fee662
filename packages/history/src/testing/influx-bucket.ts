import type { InfluxServer } from './start-influxd.ts'

/** What a test does to InfluxDB behind the city's back, by HTTP and nothing of ours. */
function headers({ token, username, password }: InfluxServer): Record<string, string> {
  if (token !== undefined) return { authorization: `Token ${token}` }
  if (username === undefined) return {}
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }
}

/** One InfluxQL statement. */
export async function statement(server: InfluxServer, q: string, db?: string): Promise<unknown> {
  const parameters = new URLSearchParams({ q, ...(db === undefined ? {} : { db }) })
  const response = await fetch(`${server.url}/query?${parameters}`, { method: 'POST', headers: headers(server) })
  return response.json()
}

/** Lines of another writer. */
export async function writeForeign(server: InfluxServer, bucket: string, lines: string): Promise<void> {
  const parameters = new URLSearchParams({ bucket, precision: 'ns', org: server.organisation ?? '' })
  const response = await fetch(`${server.url}/api/v2/write?${parameters}`, {
    method: 'POST',
    headers: headers(server),
    body: lines
  })
  if (!response.ok) throw new Error(`InfluxDB answered ${response.status}: ${await response.text()}`)
}

/** A bucket that is there before the city comes, with a retention of its own. */
export async function makeBucket(server: InfluxServer, bucket: string, retentionHours: number): Promise<void> {
  if (server.organisation === undefined) {
    await statement(server, `CREATE DATABASE "${bucket}" WITH DURATION ${retentionHours}h NAME "autogen"`)
    return
  }
  const found = await fetch(`${server.url}/api/v2/orgs?${new URLSearchParams({ org: server.organisation })}`, {
    headers: headers(server)
  })
  const { orgs } = (await found.json()) as { orgs: { id: string }[] }
  const made = await fetch(`${server.url}/api/v2/buckets`, {
    method: 'POST',
    headers: headers(server),
    body: JSON.stringify({
      orgID: orgs[0]?.id,
      name: bucket,
      retentionRules: [{ type: 'expire', everySeconds: retentionHours * 3_600 }]
    })
  })
  if (!made.ok) throw new Error(`InfluxDB answered ${made.status}: ${await made.text()}`)
}

/** Away with it, whichever version: a database of 1.x, a bucket of 2.x. */
export async function dropBucket(server: InfluxServer, bucket: string): Promise<void> {
  if (server.organisation === undefined) {
    await statement(server, `DROP DATABASE "${bucket}"`)
    return
  }
  const parameters = new URLSearchParams({ org: server.organisation, name: bucket })
  const found = await fetch(`${server.url}/api/v2/buckets?${parameters}`, { headers: headers(server) })
  const { buckets = [] } = (await found.json()) as { buckets?: { id: string }[] }
  for (const { id } of buckets) {
    await fetch(`${server.url}/api/v2/buckets/${id}`, { method: 'DELETE', headers: headers(server) })
  }
}
