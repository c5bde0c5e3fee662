import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

/** Rows in the history, and how many different readings they are: `intensity` is a reading's number in this bench. */
export type Found = { rows: number; distinct: number }

/** Read from the file itself, after the city has ended. */
export async function countDuckDb(data: string): Promise<Found> {
  const instance = await DuckDBInstance.create(join(data, 'history/history.duckdb'), { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const reader = await connection.runAndReadAll('SELECT count(*), count(DISTINCT intensity) FROM "TrafficFlowObserved"')
  const [row] = reader.getRows()
  connection.closeSync()
  instance.closeSync()
  return { rows: Number(row?.[0]), distinct: Number(row?.[1]) }
}

/** Asked of the server itself, entity by entity, so that it need not hold all of them at once. */
export async function countInflux(url: string, database: string, entities: readonly string[]): Promise<Found> {
  const found = { rows: 0, distinct: 0 }
  for (let at = 0; at < entities.length; at += 50) {
    const some = entities.slice(at, at + 50).join('|')
    const question = `SELECT count(intensity), count(distinct(intensity)) FROM TrafficFlowObserved WHERE entity =~ /^(${some})$/ GROUP BY entity`
    const response = await fetch(`${url}/query?db=${database}&q=${encodeURIComponent(question)}`)
    const answer = (await response.json()) as { results?: { series?: { values: number[][] }[]; error?: string }[] }
    const result = answer.results?.[0]
    if (!response.ok || result?.error) throw new Error(`InfluxDB: ${response.status} ${result?.error ?? ''}`)
    for (const { values } of result?.series ?? []) {
      found.rows += values[0]?.[1] ?? 0
      found.distinct += values[0]?.[2] ?? 0
    }
  }
  return found
}
