import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { LocalizedText } from '../localized-text.ts'
import { SignalTiming } from './signal-timing.ts'

const seconds = (minimum: number, maximum: number, description: string) =>
  Type.Number({ minimum, maximum, unit: 's', description })

/** A phase of the intersection in the words of NTCIP 1202: the movements that one signal group shows. */
export const Phase = Type.Object(
  {
    id: Type.Integer({ minimum: 1, maximum: 255, description: 'Phase number, the signal group in SPaT' }),
    name: LocalizedText,
    approach: Type.Optional(
      Type.Enum(['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'], { description: 'Where its vehicles come from' })
    ),
    kind: Type.Optional(Type.Enum(['vehicle', 'pedestrian'])),
    minimumGreen: seconds(1, 120, 'Minimum green'),
    maximumGreen: seconds(1, 300, 'Maximum green'),
    yellowChange: seconds(0, 10, 'Yellow change'),
    redClearance: seconds(0, 20, 'Red clearance'),
    walk: Type.Optional(seconds(0, 120, 'Walk')),
    pedestrianClear: Type.Optional(seconds(0, 120, 'Pedestrian clearance')),
    lanes: Type.Integer({ minimum: 1, maximum: 8, description: 'Lanes served' }),
    saturationFlow: Type.Number({
      minimum: 100,
      maximum: 20_000,
      unit: 'veh/h',
      description: 'Of all its lanes together'
    }),
    detectors: Type.Array(EntityId, { maxItems: 32, description: 'Stop-line or advance detectors of its lanes' })
  },
  { additionalProperties: false }
)
export type Phase = Static<typeof Phase>

/** `signals/*.yaml`: one intersection as stages. Phases of one stage have green together, so none of them may conflict. */
export const Intersection = Type.Object(
  {
    intersection: EntityId,
    revision: Type.Integer({ minimum: 0 }),
    controller: EntityId,
    cycle: Type.Object(
      { minimum: seconds(10, 300, 'Shortest cycle'), maximum: seconds(10, 300, 'Longest cycle') },
      { additionalProperties: false }
    ),
    phases: Type.Array(Phase, { minItems: 1, maxItems: 32 }),
    /** Conflict matrix as pairs of phase ids: these may never have green, or clear, at the same time. */
    conflicts: Type.Array(Type.Tuple([Type.Integer(), Type.Integer()]), { maxItems: 496 }),
    /** Phase ids per stage, in the order of service. */
    stages: Type.Array(Type.Array(Type.Integer(), { minItems: 1, maxItems: 16 }), { minItems: 1, maxItems: 16 }),
    /** The local fixed-time plan, which runs without the centre. */
    plan: SignalTiming
  },
  { additionalProperties: false, $id: 'Intersection' }
)
export type Intersection = Static<typeof Intersection>
