import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Operators } from '../identity/operators.ts'
import type { Session, Sessions } from '../identity/sessions.ts'
import { ApiFault } from './api-fault.ts'
import { isFromAnotherOrigin } from './security-headers.ts'

declare module 'fastify' {
  interface FastifyRequest {
    session: Session | undefined
  }
  interface FastifyContextConfig {
    /**
     * Who may call the route. Absent: an operator whose password is their own. `secret`: a program that shows its own
     * secret to the route; cookies and origins say nothing there.
     */
    access?: 'public' | 'any-session' | 'secret'
  }
}

export const sessionCookie = 'city_brain_session'

/**
 * Denies by default: a route that says nothing of itself needs a session whose operator has changed the first password.
 * Whatever changes something must come from our own pages, and so must a WebSocket, which browsers open across sites.
 */
export function createSessionGuard({ sessions, operators }: { sessions: Sessions; operators: Operators }) {
  return (request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void => {
    const token = request.cookies[sessionCookie]
    request.session = token === undefined ? undefined : sessions.use(token)
    done(fault(request, operators))
  }
}

function fault(request: FastifyRequest, operators: Operators): ApiFault | undefined {
  const { access } = request.routeOptions.config
  if (access === 'secret') return undefined
  const reads = (request.method === 'GET' || request.method === 'HEAD') && request.headers.upgrade === undefined
  if (!reads && isFromAnotherOrigin(request)) return new ApiFault('wrong-origin')
  if (access === 'public' || request.is404) return undefined
  if (!request.session) return new ApiFault('unauthenticated')
  if (access === 'any-session') return undefined
  const operator = operators.get(request.session.operator)
  return operator && !operator.mustChangePassword ? undefined : new ApiFault('must-change-password')
}

/** The session that the guard has found; a route that needs one never runs without. */
export function sessionOf(request: FastifyRequest): Session {
  if (!request.session) throw new ApiFault('unauthenticated')
  return request.session
}
