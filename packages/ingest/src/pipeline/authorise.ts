import type { Directory } from '../directory/directory.ts'
import type { Candidate, Fault, Message, Step } from './message.ts'

/**
 * May this speaker publish on this topic, and report this entity? A wrong topic is a fault of the whole message. Entities
 * are checked one by one, because only the decoded payload names them; without an `id` it is the device itself.
 */
export function createAuthorise(directory: Directory): Step {
  return function authorise(message) {
    const { route, speaker } = message
    if (speaker.revoked === true) {
      message.fault = { code: 'not-authorised', path: 'topic', message: `${speaker.id} was revoked` }
      return
    }
    if (route.channel === undefined) {
      message.fault = { code: 'wrong-topic', path: 'topic', message: `${speaker.id} may not publish on this topic` }
      return
    }
    for (const candidate of message.candidates) {
      if (candidate.fault === undefined) candidate.fault = authoriseEntity(directory, message, candidate)
    }
  }
}

function authoriseEntity(directory: Directory, message: Message, candidate: Candidate): Fault | undefined {
  const { speaker } = message
  const { id } = candidate.record
  const path = placeOf(message, candidate, 'id')
  if (id !== undefined && typeof id !== 'string') return { code: 'schema', path, message: 'must be string' }
  if (id === undefined && speaker.kind === 'gateway') return { code: 'schema', path, message: 'is missing' }
  const entity = id ?? speaker.id
  const asset = directory.asset(entity)
  if (asset === undefined) {
    return { code: 'unknown-entity', path, message: `no entity "${entity.slice(0, 64)}" is registered` }
  }
  candidate.entity = entity
  candidate.asset = asset
  if (!speaker.mayReport(entity)) {
    return { code: 'not-authorised', path, message: `${speaker.id} may not report ${entity}` }
  }
  return undefined
}

/** JSON pointer to an attribute in the payload; where a feed made the reading, to the expression that yielded it. */
export function placeOf(message: Message, candidate: Candidate, attribute: string): string {
  if (message.route.feed === undefined) {
    return candidate.index === undefined ? `/${attribute}` : `/${candidate.index}/${attribute}`
  }
  if (attribute === 'id') return '/entity'
  return attribute === 'dateObserved' || attribute === 'type' ? `/${attribute}` : `/attributes/${attribute}`
}
