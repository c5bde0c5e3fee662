import type { TimelineAnswer } from '@city-brain/model'
import Type from 'typebox'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { InstantText, instantOf, spanOf } from '../instant-query.ts'
import { readDeadLetters } from '../read-dead-letters.ts'
import { sessionOf } from '../session-guard.ts'
import {
  AlarmsBody,
  answers,
  CommandsBody,
  DeadLettersBody,
  ReplayBody,
  SnapshotBody,
  TimelineBody
} from '../wire-schemas.ts'

const before = Type.Optional(Type.Integer({ minimum: 1, description: 'Offset: only what is older' }))
const limit = (maximum: number) => Type.Optional(Type.Integer({ minimum: 1, maximum }))
const closed = { additionalProperties: false } as const

/** What operators work with: alarms, commands, dead letters, and the past. */
export function operationRoutes(app: App, parts: AppParts): void {
  const { city, live, journal, record, activity, commandsOf, pastAlarms, at, replay } = parts

  app.get(
    '/api/alarms',
    {
      schema: {
        tags: ['alarms'],
        summary: 'The alarm list; with history=true past ones too, newest first',
        querystring: Type.Object({ history: Type.Optional(Type.Boolean()), before, limit: limit(1_000) }, closed),
        response: answers(AlarmsBody)
      }
    },
    async (request) => {
      const { history, before: upTo, limit: most = 200 } = request.query
      return { alarms: history ? await pastAlarms(upTo, most) : live.alarms.list() }
    }
  )

  app.post(
    '/api/alarms/:id/acknowledge',
    {
      schema: {
        tags: ['alarms'],
        summary: 'Acknowledge an alarm; the id is rule/entity, URL-encoded',
        params: Type.Object({ id: Type.String({ maxLength: 200 }) }),
        response: answers(Type.Object({ alarm: Type.String() }), 202)
      }
    },
    async (request, reply) => {
      const alarm = live.alarms.get(request.params.id)
      if (!alarm) throw new ApiFault('not-found')
      if (alarm.state === 'acknowledged') throw new ApiFault('conflict', { expected: 'an alarm not yet acknowledged' })
      await record({ action: 'acknowledge-alarm', operator: sessionOf(request).operator, subject: alarm.id })
      // The rules answer with an entry of their own, and that is what changes the list.
      return reply.code(202).send({ alarm: alarm.id })
    }
  )

  app.get(
    '/api/commands',
    {
      schema: {
        tags: ['signals'],
        summary: 'Commands to signal controllers, newest first',
        querystring: Type.Object(
          { intersection: Type.Optional(Type.String({ maxLength: 64 })), limit: limit(500) },
          closed
        ),
        response: answers(CommandsBody)
      }
    },
    (request) => ({ commands: commandsOf(request.query.intersection, request.query.limit ?? 50) })
  )

  app.post(
    '/api/signals/:intersection/release',
    {
      schema: {
        tags: ['signals'],
        summary: 'Bring the local plan of a signal back; for a while rules may not command it',
        params: Type.Object({ intersection: Type.String({ maxLength: 64 }) }),
        response: answers(Type.Object({ intersection: Type.String() }), 202)
      }
    },
    async (request, reply) => {
      const { intersection } = request.params
      if (!city.intersections.some((one) => one.intersection === intersection)) throw new ApiFault('unknown-entity')
      await record({ action: 'release-signal', operator: sessionOf(request).operator, subject: intersection })
      return reply.code(202).send({ intersection })
    }
  )

  app.get(
    '/api/dead-letters',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'What was received and not accepted, newest first; a page ends at its limit or at about 4 MB',
        querystring: Type.Object(
          { before, limit: limit(500), code: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,64}$' })) },
          closed
        ),
        response: answers(DeadLettersBody)
      }
    },
    (request) => readDeadLetters(journal, request.query)
  )

  app.post(
    '/api/dead-letters/replay',
    {
      schema: {
        tags: ['dead letters'],
        summary: 'Try dead letters again, after the registry or a feed was mended',
        body: Type.Object(
          { offsets: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1_000, uniqueItems: true }) },
          closed
        ),
        response: answers(ReplayBody)
      }
    },
    async (request) => {
      const { offsets } = request.body
      await record({
        action: 'dead-letter-replay',
        operator: sessionOf(request).operator,
        detail: { count: offsets.length, first: offsets[0] as number }
      })
      return { replayed: await replay(offsets) }
    }
  )

  app.get(
    '/api/timeline',
    {
      schema: {
        tags: ['past'],
        summary: 'How busy the city was, for the time bar',
        querystring: Type.Object(
          {
            from: InstantText,
            to: InstantText,
            every: Type.Number({ minimum: 60, maximum: 86_400, unit: 's' })
          },
          closed
        ),
        response: answers(TimelineBody)
      }
    },
    (request): TimelineAnswer => {
      const { from, to } = spanOf(request.query)
      const every = request.query.every * 1_000
      if ((to - from) / every > 2_000) {
        throw new ApiFault('bad-request', { path: 'querystring/every', expected: 'at most 2,000 windows' })
      }
      return { every: request.query.every, windows: activity.windows(from, to, every) }
    }
  )

  app.get(
    '/api/at',
    {
      schema: {
        tags: ['past'],
        summary: 'The whole city at a past moment',
        querystring: Type.Object({ time: InstantText }, closed),
        response: answers(SnapshotBody)
      }
    },
    (request) => at(instantOf(request.query.time, 'time'))
  )
}
