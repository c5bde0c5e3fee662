import {
  attributesOf,
  type EntitiesAnswer,
  type EntityAnswer,
  type EntriesAnswer,
  type EntryKind,
  entryKinds,
  formatInstant,
  type HistoryAnswer,
  type HistoryWireAnswer,
  readingTypeOf,
  toUrn
} from '@city-brain/model'
import Type from 'typebox'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { InstantText, spanOf } from '../instant-query.ts'
import { answers, EntitiesBody, EntityBody, EntriesBody, HistoryBody } from '../wire-schemas.ts'

const id = Type.Object({ id: Type.String({ maxLength: 64 }) })

/** Kinds of entry that an entity's audit trail is made of; readings come from history. */
const trail: readonly EntryKind[] = [
  'status',
  'quality',
  'alarm',
  'timing-request',
  'decision',
  'command',
  'ack',
  'dead-letter'
]

/** The entities of the city: their newest readings, their past, and what was decided about them. */
export function entityRoutes(app: App, { registry, live, feed, history, journal, devicesOf }: AppParts): void {
  const tags = ['entities']
  const assetOf = (entity: string) => {
    const asset = registry.asset(entity)
    if (!asset) throw new ApiFault('unknown-entity')
    return asset
  }

  app.get(
    '/api/entities',
    {
      schema: { tags, summary: 'The newest reading of each entity, all at one offset', response: answers(EntitiesBody) }
    },
    (): EntitiesAnswer => {
      const { epoch, offset, entities } = feed.snapshot()
      return { epoch, offset, entities }
    }
  )

  app.get(
    '/api/entities/:id',
    { schema: { tags, summary: 'An entity with its newest reading', params: id, response: answers(EntityBody) } },
    (request): EntityAnswer => {
      const asset = assetOf(request.params.id)
      const type = readingTypeOf(asset.properties)
      const latest = live.latest.get(asset.id)
      return {
        id: asset.id,
        asset,
        attributes: type ? attributesOf(type) : [],
        devices: devicesOf(asset.id),
        ...(type ? { urn: toUrn(type, asset.id) } : {}),
        ...(latest ? { latest } : {})
      }
    }
  )

  app.get(
    '/api/entities/:id/history',
    {
      schema: {
        tags,
        summary: 'Its readings in a span of time, raw or downsampled',
        params: id,
        querystring: Type.Object(
          {
            from: InstantText,
            to: InstantText,
            every: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 31_536_000, unit: 's' })),
            attributes: Type.Optional(
              Type.String({ pattern: '^[A-Za-z]{1,64}(,[A-Za-z]{1,64}){0,31}$', description: 'Names with commas' })
            ),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 }))
          },
          { additionalProperties: false }
        ),
        response: answers(HistoryBody)
      }
    },
    async (request): Promise<HistoryWireAnswer> => {
      const asset = assetOf(request.params.id)
      const type = readingTypeOf(asset.properties)
      if (!type) throw new ApiFault('not-found')
      const { every, attributes, limit } = request.query
      const answer = await history.query({
        entity: asset.id,
        type,
        ...spanOf(request.query),
        ...(every === undefined ? {} : { every: Math.max(1, Math.round(every * 1_000)) }),
        ...(attributes === undefined ? {} : { attributes: attributesIn(type, attributes) }),
        ...(limit === undefined ? {} : { limit })
      })
      return toWire(answer)
    }
  )

  app.get(
    '/api/entities/:id/entries',
    {
      schema: {
        tags,
        summary: 'What was decided and done about it, newest first',
        params: id,
        querystring: Type.Object(
          {
            kinds: Type.Optional(Type.String({ maxLength: 200, description: 'Kinds of entry with commas' })),
            before: Type.Optional(Type.Integer({ minimum: 1 })),
            limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 })
          },
          { additionalProperties: false, required: [] }
        ),
        response: answers(EntriesBody)
      }
    },
    async (request): Promise<EntriesAnswer> => {
      const { kinds, before, limit = 50 } = request.query
      const entries = await journal.readBack({
        kinds: kinds === undefined ? trail : kindsIn(kinds),
        entity: assetOf(request.params.id).id,
        limit,
        ...(before === undefined ? {} : { before })
      })
      return { entries: entries.map((entry) => ({ ...entry, receivedAt: formatInstant(entry.receivedAt) })) }
    }
  )
}

function attributesIn(type: Parameters<typeof attributesOf>[0], text: string): string[] {
  const known = new Set(attributesOf(type).map(({ name }) => name))
  return text.split(',').map((name) => {
    if (known.has(name)) return name
    throw new ApiFault('bad-request', {
      path: 'querystring/attributes',
      expected: `attributes of ${type}: ${[...known].join(', ')}`
    })
  })
}

const configuration: ReadonlySet<EntryKind> = new Set(['operator-action', 'registry', 'registry-change', 'rule-set'])

function kindsIn(text: string): EntryKind[] {
  return text.split(',').map((name) => {
    const kind = entryKinds.find((known) => known === name)
    // Of the city's configuration and of operators an entity's trail says nothing.
    if (kind && !configuration.has(kind)) return kind
    throw new ApiFault('bad-request', { path: 'querystring/kinds', expected: `kinds of entry: ${trail.join(', ')}` })
  })
}

function toWire(answer: HistoryAnswer): HistoryWireAnswer {
  if (answer.kind === 'raw') {
    const points = answer.points.map((point) => ({ ...point, dateObserved: formatInstant(point.dateObserved) }))
    return { kind: 'raw', points, truncated: answer.truncated }
  }
  const points = answer.points.map((point) => ({ ...point, from: formatInstant(point.from) }))
  return { kind: 'windows', every: answer.every / 1_000, points, truncated: answer.truncated }
}
