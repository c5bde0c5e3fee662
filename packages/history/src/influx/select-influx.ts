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
import type { QueryPlan } from '../plan-query.ts'
import { attributeKinds } from '../row-check.ts'
import type { InfluxClient } from './influx-client.ts'
import { queryInflux, quoteName, quoteText } from './influx-query.ts'
import { flagsField, nanoseconds, offsetField } from './line-protocol.ts'
import type { Place } from './prepare-bucket.ts'

type Cell = string | number | boolean | null | undefined

/** The same answers as the embedded store gives, by InfluxQL. */
export function selectInflux(client: InfluxClient, place: Place, plan: QueryPlan): Promise<HistoryAnswer> {
  return plan.every === undefined ? selectRaw(client, place, plan) : selectWindows(client, place, plan, plan.every)
}

const span = (plan: QueryPlan): string =>
  `FROM ${quoteName(plan.type)} WHERE "entity" = ${quoteText(plan.entity)} AND time >= ${nanoseconds(plan.from)} AND time < ${nanoseconds(plan.to)}`

async function selectRaw(client: InfluxClient, place: Place, plan: QueryPlan): Promise<HistoryAnswer> {
  const fields = [offsetField, flagsField, ...plan.attributes.map(({ name }) => name)].map(quoteName)
  const series = await queryInflux(
    client,
    `SELECT ${fields.join(', ')} ${span(plan)} ORDER BY time LIMIT ${plan.limit + 1}`,
    place
  )
  const rows = series[0]?.values ?? []
  const points = rows.slice(0, plan.limit).map<RawPoint>(([time, offset, flags, ...values]) => ({
    dateObserved: Number(time),
    offset: Number(offset),
    values: valuesOf(plan.attributes, values),
    ...flagsOf(flags)
  }))
  return { kind: 'raw', points, truncated: rows.length > plan.limit }
}

async function selectWindows(
  client: InfluxClient,
  place: Place,
  plan: QueryPlan,
  every: number
): Promise<HistoryAnswer> {
  const aggregates = plan.attributes.flatMap(({ name }) =>
    ['mean', 'min', 'max'].map((aggregate) => `${aggregate}(${quoteName(name)})`)
  )
  const series = await queryInflux(
    client,
    `SELECT ${[`count(${quoteName(offsetField)})`, ...aggregates].join(', ')} ${span(plan)} GROUP BY time(${every}ms) fill(none) ORDER BY time LIMIT ${plan.limit + 1}`,
    place
  )
  const rows = series[0]?.values ?? []
  const points = rows.slice(0, plan.limit).map<WindowPoint>(([from, count, ...values]) => {
    const point: WindowPoint = { from: Number(from), count: Number(count), values: {} }
    plan.attributes.forEach(({ name }, attribute) => {
      const [mean, min, max] = values.slice(attribute * 3, attribute * 3 + 3)
      if (mean !== null && mean !== undefined) {
        point.values[name] = { mean: Number(mean), min: Number(min), max: Number(max) }
      }
    })
    return point
  })
  return { kind: 'windows', every, points, truncated: rows.length > plan.limit }
}

/** The newest row at or before a moment of each entity that has one. */
export async function selectInfluxLatestAt(
  client: InfluxClient,
  place: Place,
  type: ReadingType,
  at: number
): Promise<HistoryRow[]> {
  const attributes = [...(attributeKinds.get(type) ?? [])].map(([name, kind]) => ({ name, kind }))
  const fields = [offsetField, flagsField, ...attributes.map(({ name }) => name)].map(quoteName)
  const series = await queryInflux(
    client,
    `SELECT ${fields.join(', ')} FROM ${quoteName(type)} WHERE time < ${nanoseconds(at + 1)} GROUP BY "entity" ORDER BY time DESC LIMIT 1`,
    place
  )
  return series.flatMap(({ tags, values }) => {
    const [row] = values
    const entity = tags?.entity
    if (!row || entity === undefined) return []
    const [time, offset, flags, ...rest] = row
    return [
      {
        offset: Number(offset),
        entity,
        type,
        dateObserved: Number(time),
        values: valuesOf(attributes, rest),
        ...flagsOf(flags)
      }
    ]
  })
}

function valuesOf(
  attributes: readonly { name: string; kind: AttributeKind }[],
  cells: readonly Cell[]
): Record<string, AttributeValue> {
  const values: Record<string, AttributeValue> = {}
  attributes.forEach(({ name, kind }, place) => {
    const cell = cells[place]
    if (cell === null || cell === undefined) return
    values[name] = kind === 'list' ? (JSON.parse(String(cell)) as string[]) : cell
  })
  return values
}

function flagsOf(cell: Cell): { flags?: ReadingFlag[] } {
  return typeof cell === 'string' ? { flags: cell.split(',') as ReadingFlag[] } : {}
}
