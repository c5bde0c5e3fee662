import Type, { type Static } from 'typebox'
import { readingTypes } from '../reading.ts'

/**
 * `feeds/*.yaml`: how a third party's topics and payloads map onto the vocabulary. Expressions are CEL over
 * `payload` (the decoded JSON), `topic` (its levels as a list) and `receivedAt` (RFC 3339).
 */
export const Feed = Type.Object(
  {
    feed: Type.String({ pattern: '^[a-z0-9-]{1,64}$', description: 'Name of the feed' }),
    /** MQTT topic filter of the messages that it maps. */
    topic: Type.String({ minLength: 1, maxLength: 200 }),
    /** Where the payload holds several records: an expression that yields their list; each is `payload` in turn. */
    each: Type.Optional(Type.String({ maxLength: 2_000 })),
    /** Messages for which it is false are ignored on purpose, and counted as such. */
    when: Type.Optional(Type.String({ maxLength: 2_000 })),
    type: Type.Enum([...readingTypes]),
    entity: Type.String({ maxLength: 2_000, description: 'Expression that yields the entity id' }),
    dateObserved: Type.String({ maxLength: 2_000, description: 'Expression that yields RFC 3339 text' }),
    /** Frame counter of a radio device: the same frame is not taken twice, and gaps in the counter are counted as loss. */
    frame: Type.Optional(
      Type.Object(
        {
          device: Type.String({ maxLength: 2_000, description: "Expression that yields the radio device's id" }),
          counter: Type.String({ maxLength: 2_000, description: 'Expression that yields its frame counter' })
        },
        { additionalProperties: false }
      )
    ),
    /** Attribute of the type → expression. An expression that fails on an absent field leaves the attribute absent. */
    attributes: Type.Record(Type.String({ pattern: '^[A-Za-z]{1,64}$' }), Type.String({ maxLength: 2_000 }))
  },
  { additionalProperties: false, $id: 'Feed' }
)
export type Feed = Static<typeof Feed>
