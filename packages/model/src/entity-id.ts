import Type from 'typebox'

/** Stable, lower-case, safe in URLs and topics: 1 to 64 characters. */
export const entityIdPattern = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/

export const EntityId = Type.String({
  pattern: entityIdPattern.source,
  description: 'Stable id, lower-case, safe in URLs and topics'
})

export function isEntityId(text: string): boolean {
  return entityIdPattern.test(text)
}

/** The NGSI-LD URN of an entity, used only at the edge of the API. */
export function toUrn(type: string, id: string): string {
  return `urn:ngsi-ld:${type}:${id}`
}

/** The parts of an NGSI-LD URN, or undefined where the text is none. */
export function parseUrn(urn: string): { type: string; id: string } | undefined {
  const match = /^urn:ngsi-ld:([A-Za-z]+):(.+)$/.exec(urn)
  const [, type, id] = match ?? []
  return type && id && isEntityId(id) ? { type, id } : undefined
}
