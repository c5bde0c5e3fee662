import { parseInstant } from '@city-brain/model'
import Type from 'typebox'
import { ApiFault } from './api-fault.ts'

/** A moment in a query string; the handler reads it with `instantOf`. */
export const InstantText = Type.String({ minLength: 20, maxLength: 40, format: 'date-time', description: 'RFC 3339' })

/** Milliseconds since 1970 of a moment that a client wrote. */
export function instantOf(text: string, name: string): number {
  const instant = parseInstant(text)
  if (instant === undefined) throw new ApiFault('bad-date', { path: `querystring/${name}`, expected: 'RFC 3339' })
  return instant
}

/** The span that a client asks for: begin before end. */
export function spanOf(query: { from: string; to: string }): { from: number; to: number } {
  const from = instantOf(query.from, 'from')
  const to = instantOf(query.to, 'to')
  if (from >= to) throw new ApiFault('bad-request', { path: 'querystring/to', expected: 'must be after from' })
  return { from, to }
}
