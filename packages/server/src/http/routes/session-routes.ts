import type { SessionAnswer } from '@city-brain/model'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { maximumPasswordLength } from '../../identity/passwords.ts'
import { sessionLimits } from '../../identity/sessions.ts'
import { ApiFault } from '../api-fault.ts'
import type { App, AppParts } from '../app.ts'
import { sessionCookie, sessionOf } from '../session-guard.ts'
import { answers, SessionBody } from '../wire-schemas.ts'

const password = Type.String({ minLength: 1, maxLength: maximumPasswordLength })

/** Signing in and out, and changing one's password. Every attempt is an entry in the journal. */
export function sessionRoutes(app: App, { identity, record, log }: AppParts): void {
  const { operators, sessions, signInLimit } = identity
  const tags = ['session']

  const answerOf = (name: string): SessionAnswer => {
    const operator = operators.get(name)
    if (!operator) throw new ApiFault('unauthenticated')
    return { operator: name, mustChangePassword: operator.mustChangePassword }
  }
  const setCookie = (request: FastifyRequest, reply: FastifyReply, token: string) =>
    reply.setCookie(sessionCookie, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
      maxAge: sessionLimits.absolute / 1_000
    })
  /** Counts an attempt to guess a password, or refuses it. */
  const limit = (name: string, address: string) => {
    const wait = signInLimit.secondsToWait(name, address)
    if (wait > 0) throw new ApiFault('too-many-requests', { retryAfter: wait })
    signInLimit.attempt(name, address)
  }

  app.get(
    '/api/session',
    {
      schema: { tags, summary: 'Who is signed in', response: answers(SessionBody) },
      config: { access: 'any-session' }
    },
    (request) => answerOf(sessionOf(request).operator)
  )

  app.post(
    '/api/session',
    {
      schema: {
        tags,
        summary: 'Sign in; the answer sets the session cookie',
        body: Type.Object(
          { name: Type.String({ minLength: 1, maxLength: 64 }), password },
          { additionalProperties: false }
        ),
        response: answers(SessionBody)
      },
      config: { access: 'public' }
    },
    async (request, reply) => {
      const { name, password: given } = request.body
      limit(name, request.ip)
      const operator = await operators.verify(name, given)
      if (!operator) {
        log('warn', 'A sign-in was refused', { address: request.ip })
        // A name that nobody has may be a password typed into the wrong field: it is not written down.
        await record({
          action: 'sign-in-refused',
          operator: operators.get(name) ? name : 'unknown',
          detail: { address: request.ip }
        })
        throw new ApiFault('wrong-credentials')
      }
      signInLimit.succeeded(name, request.ip)
      await record({ action: 'sign-in', operator: operator.name, detail: { address: request.ip } })
      if (request.session) sessions.end(request.session.id)
      setCookie(request, reply, sessions.create(operator.name).token)
      return answerOf(operator.name)
    }
  )

  app.delete(
    '/api/session',
    {
      schema: { tags, summary: 'Sign out', response: answers(Type.Null(), 204) },
      config: { access: 'any-session' }
    },
    async (request, reply) => {
      const session = sessionOf(request)
      sessions.end(session.id)
      await record({ action: 'sign-out', operator: session.operator })
      return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null)
    }
  )

  app.post(
    '/api/session/password',
    {
      schema: {
        tags,
        summary: 'Change the own password; ends the other sessions of the operator',
        body: Type.Object({ current: password, next: password }, { additionalProperties: false }),
        response: answers(SessionBody)
      },
      config: { access: 'any-session' }
    },
    async (request, reply) => {
      const session = sessionOf(request)
      limit(session.operator, request.ip)
      if (!(await operators.verify(session.operator, request.body.current))) throw new ApiFault('wrong-credentials')
      if (!(await operators.changePassword(session.operator, request.body.next))) {
        throw new ApiFault('weak-password', { path: 'body/next', expected: 'at least 12 characters, and a new one' })
      }
      signInLimit.succeeded(session.operator, request.ip)
      await record({ action: 'password-changed', operator: session.operator })
      // A new token too: whoever held the old one, knows the old password at best.
      sessions.endAll(session.operator)
      setCookie(request, reply, sessions.create(session.operator).token)
      return answerOf(session.operator)
    }
  )
}
