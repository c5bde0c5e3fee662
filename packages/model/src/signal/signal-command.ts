import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { instant, oneOf, text } from '../fields.ts'
import { SignalTiming } from './signal-timing.ts'

/** What the city publishes to a controller on `cmd` (QoS 1). A controller that does not know `kind` rejects it. */
export const SignalCommandMessage = Type.Object(
  {
    commandId: text('Unique id; repeating a command repeats the id', 160),
    kind: oneOf(
      ['set-timing', 'release'],
      'set-timing: run this timing until expiresAt; release: back to the local plan'
    ),
    intersection: EntityId,
    revision: Type.Integer({ minimum: 0, description: 'Version of the intersection that the command was made for' }),
    issuedAt: instant('When it was requested'),
    deliverBefore: instant('A controller that receives it later rejects it'),
    expiresAt: instant('When the controller goes back to its local plan by itself'),
    timing: Type.Optional(SignalTiming)
  },
  { additionalProperties: false, $id: 'SignalCommandMessage' }
)
export type SignalCommandMessage = Static<typeof SignalCommandMessage>

/** What a controller answers on `ack`. */
export const CommandAcknowledgement = Type.Object(
  {
    commandId: text('Id of the command', 160),
    result: oneOf(['accepted', 'rejected'], 'What the controller decided'),
    reason: Type.Optional(text('Why it was rejected')),
    dateObserved: instant('When the controller answered')
  },
  { additionalProperties: false, $id: 'CommandAcknowledgement' }
)
export type CommandAcknowledgement = Static<typeof CommandAcknowledgement>
