/** The catalogue of faults: code, message, HTTP status. Classify by code, never by the text of a message. */
export const errorCatalogue = {
  'payload-too-large': { status: 413, message: 'The payload is larger than is accepted' },
  'not-utf8': { status: 400, message: 'The payload is not UTF-8' },
  'not-json': { status: 400, message: 'The payload is not JSON' },
  'too-deep': { status: 400, message: 'The payload is nested too deeply' },
  'forbidden-key': { status: 400, message: 'The payload has a key that is not allowed in any object' },
  'too-many-readings': { status: 400, message: 'The payload has more readings than are accepted in one message' },
  'wrong-topic': { status: 403, message: 'The device may not publish on this topic' },
  'no-feed': { status: 400, message: 'No feed maps the messages of this topic' },
  'feed-failed': { status: 400, message: 'The feed could not map this message' },
  'unknown-type': { status: 400, message: 'The type is not in the vocabulary' },
  'unknown-entity': { status: 404, message: 'No such entity is registered' },
  'not-authorised': { status: 403, message: 'The device may not report this entity' },
  schema: { status: 400, message: 'The payload does not have the expected form' },
  'bad-date': { status: 400, message: 'A date is not RFC 3339' },
  'clock-ahead': { status: 400, message: 'The reading is dated in the future' },
  'refused-by-history': { status: 422, message: 'The history store refuses this reading for good' },
  unauthenticated: { status: 401, message: 'Sign in first' },
  'wrong-credentials': { status: 401, message: 'Name or password is wrong' },
  'must-change-password': { status: 403, message: 'Change the password first' },
  'weak-password': { status: 400, message: 'The password is too short or the same as before' },
  'too-many-requests': { status: 429, message: 'Too many requests; wait and try again' },
  'not-found': { status: 404, message: 'There is no such thing' },
  'bad-request': { status: 400, message: 'The request does not have the expected form' },
  'wrong-origin': { status: 403, message: 'The request comes from another site' },
  conflict: { status: 409, message: 'The state of the thing does not allow that' },
  'history-unavailable': { status: 503, message: 'The history store does not answer' },
  'journal-full': { status: 503, message: 'The journal has reached its limit; intake is stopped' },
  'not-stored': { status: 503, message: 'The city cannot store it now; send it again' },
  internal: { status: 500, message: 'The server failed; its log says more' }
} as const satisfies Record<string, { status: number; message: string }>

export type ErrorCode = keyof typeof errorCatalogue

/** The body of every error of the API. */
export type ApiError = { code: ErrorCode; message: string; path?: string; expected?: string }
