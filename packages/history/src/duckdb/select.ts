import type {
  AttributeKind,
  AttributeValue,
  HistoryAnswer,
  HistoryRow,
  RawPoint,
  ReadingFlag,
  ReadingType,
  WindowPoint
} from '@city-brain/model'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { QueryPlan } from '../plan-query.ts'
import { attributeKinds } from '../row-check.ts'
import { quoted } from './schema.ts'

/** The answer about one entity of which at least one reading was ever stored; `id` is its place in `entities`. */
export function select(connection: DuckDBConnection, plan: QueryPlan, id: number): Promise<HistoryAnswer> {
  return plan.every === undefined ? selectRaw(connection, plan, id) : selectWindows(connection, plan, id, plan.every)
}

const span = (plan: QueryPlan, id: number): string =>
  `FROM ${quoted(plan.type)} WHERE entity = ${id} AND time >= ${plan.from} AND time < ${plan.to}`

async function selectRaw(connection: DuckDBConnection, plan: QueryPlan, id: number): Promise<HistoryAnswer> {
  const columns = ['time', 'offset', 'flags', ...plan.attributes.map(({ name }) => name)].map(quoted)
  const reader = await connection.runAndReadAll(
    `SELECT ${columns.join(', ')} ${span(plan, id)} ORDER BY time, "offset" LIMIT ${plan.limit + 1}`
  )
  const points = reader
    .getRows()
    .slice(0, plan.limit)
    .map<RawPoint>(([time, offset, flags, ...values]) => ({
      dateObserved: Number(time),
      offset: Number(offset),
      values: valuesOf(plan.attributes, values),
      ...flagsOf(flags)
    }))
  return { kind: 'raw', points, truncated: reader.currentRowCount > plan.limit }
}

async function selectWindows(
  connection: DuckDBConnection,
  plan: QueryPlan,
  id: number,
  every: number
): Promise<HistoryAnswer> {
  const aggregates = plan.attributes.flatMap(({ name }) =>
    ['avg', 'min', 'max'].map((aggregate) => `${aggregate}(${quoted(name)})`)
  )
  // The remainder is taken twice because that of a moment before 1970 is negative.
  const begin = `time - ((time % ${every}) + ${every}) % ${every}`
  const reader = await connection.runAndReadAll(
    `SELECT ${[`${begin} AS begin`, 'count(*)', ...aggregates].join(', ')} ${span(plan, id)} GROUP BY begin ORDER BY begin LIMIT ${plan.limit + 1}`
  )
  const points = reader
    .getRows()
    .slice(0, plan.limit)
    .map<WindowPoint>(([from, count, ...values]) => {
      const point: WindowPoint = { from: Number(from), count: Number(count), values: {} }
      plan.attributes.forEach(({ name }, place) => {
        const [mean, min, max] = values.slice(place * 3, place * 3 + 3)
        if (mean !== null && mean !== undefined) {
          point.values[name] = { mean: Number(mean), min: Number(min), max: Number(max) }
        }
      })
      return point
    })
  return { kind: 'windows', every, points, truncated: reader.currentRowCount > plan.limit }
}

const minute = 60_000
/** How far back to look for the newest rows, in steps: most entities have one in the last minutes, few need the whole past. */
const lookbacks = [10 * minute, 24 * 60 * minute, Number.POSITIVE_INFINITY]

/**
 * The newest row at or before a moment of each entity that has one. `entities`: name and first row of each entity that
 * ever had one of the type, by its id; so it is known when all are found, and nobody looks for what is not there.
 */
export async function selectLatestAt(
  connection: DuckDBConnection,
  type: ReadingType,
  at: number,
  entities: ReadonlyMap<number, { name: string; first: number }>
): Promise<HistoryRow[]> {
  const attributes = [...(attributeKinds.get(type) ?? [])].map(([name, kind]) => ({ name, kind }))
  const columns = ['time', 'offset', 'entity', 'flags', ...attributes.map(({ name }) => name)].map(quoted)
  const wanted = new Map([...entities].filter(([, { first }]) => first <= at))
  const rows: HistoryRow[] = []
  let before = at + 1
  for (const lookback of lookbacks) {
    if (wanted.size === 0) break
    const from = Math.max(at + 1 - lookback, -8.64e15)
    const span = `time >= ${from} AND time < ${before} AND entity IN (${[...wanted.keys()].join(', ')})`
    const reader = await connection.runAndReadAll(
      `SELECT ${columns.join(', ')} FROM ${quoted(type)} WHERE ${span} AND (entity, time) IN
         (SELECT (entity, max(time)) FROM ${quoted(type)} WHERE ${span} GROUP BY entity)
       ORDER BY "offset" DESC`
    )
    // Of two readings of one moment the later in the journal is the newest: it comes first here.
    for (const [time, offset, id, flags, ...values] of reader.getRows()) {
      const entity = wanted.get(Number(id))
      if (entity === undefined) continue
      wanted.delete(Number(id))
      rows.push({
        offset: Number(offset),
        entity: entity.name,
        type,
        dateObserved: Number(time),
        values: valuesOf(attributes, values),
        ...flagsOf(flags)
      })
    }
    before = from
  }
  return rows
}

function valuesOf(
  attributes: readonly { name: string; kind: AttributeKind }[],
  columns: readonly DuckDBValue[]
): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {}
  attributes.forEach(({ name, kind }, place) => {
    const value = columns[place]
    if (value === null || value === undefined) return
    values[name] = kind === 'list' ? (JSON.parse(String(value)) as string[]) : (value as AttributeValue)
  })
  return values
}

function flagsOf(value: DuckDBValue | undefined): { flags?: ReadingFlag[] } {
  return typeof value === 'string' ? { flags: value.split(',') as ReadingFlag[] } : {}
}
