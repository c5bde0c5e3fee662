import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { instant, oneOf, text } from '../fields.ts'
import { SignalTiming } from './signal-timing.ts'

/** Source: SAE J2735 MovementPhaseState. */
export const movementStates = [
  'unavailable',
  'dark',
  'stop-Then-Proceed',
  'stop-And-Remain',
  'pre-Movement',
  'permissive-Movement-Allowed',
  'protected-Movement-Allowed',
  'permissive-clearance',
  'protected-clearance',
  'caution-Conflicting-Traffic'
] as const
export const MovementState = Type.Enum([...movementStates])
export type MovementState = Static<typeof MovementState>

/** How the intersection runs, as its controller reports it. */
export const SignalMode = oneOf(
  ['adaptive', 'coordinated', 'actuated', 'manual', 'flashing'],
  'adaptive: a timing of the centre; coordinated: the local fixed-time plan; actuated; manual; flashing'
)
export type SignalMode = Static<typeof SignalMode>

/**
 * What a controller publishes on `spat`, at least once a second and at every change (QoS 0 is enough).
 * Source: SAE J2735 SPaT, with the plan that runs and the command that it came from.
 */
export const SignalState = Type.Object(
  {
    type: Type.Optional(Type.Literal('SignalState')),
    id: Type.Optional(EntityId),
    dateObserved: instant('When the controller reported it'),
    revision: Type.Integer({ minimum: 0, description: 'Version of the intersection the controller runs' }),
    mode: SignalMode,
    /** Index of the stage that has or last had green, from 0. */
    stage: Type.Integer({ minimum: 0, maximum: 63 }),
    stageAge: Type.Number({ minimum: 0, maximum: 86_400, unit: 's', description: 'Since the stage began' }),
    timing: SignalTiming,
    /** The command that the running timing came from; absent while the local plan runs. */
    commandId: Type.Optional(text('Id of a command', 160)),
    states: Type.Array(
      Type.Object(
        {
          signalGroup: Type.Integer({ minimum: 1, maximum: 255 }),
          state: MovementState,
          minEndTime: Type.Optional(instant('Earliest end of this state')),
          maxEndTime: Type.Optional(instant('Latest end of this state'))
        },
        { additionalProperties: false }
      ),
      { minItems: 1, maxItems: 64 }
    )
  },
  { additionalProperties: false, $id: 'SignalState' }
)
export type SignalState = Static<typeof SignalState>
