import Type, { type Static } from 'typebox'

/** One cycle: the green of each stage in seconds, in the order of the intersection's stages; yellow and red clearance lie between them. */
export const SignalTiming = Type.Object(
  {
    cycle: Type.Number({
      minimum: 1,
      maximum: 600,
      unit: 's',
      description: 'Sum of greens, yellows and red clearances'
    }),
    greens: Type.Array(Type.Number({ minimum: 0, maximum: 600, unit: 's' }), { minItems: 1, maxItems: 64 }),
    offset: Type.Number({
      minimum: 0,
      maximum: 600,
      unit: 's',
      description: 'Begin of stage 1 within the cycle of the city'
    })
  },
  { additionalProperties: false, $id: 'SignalTiming' }
)
export type SignalTiming = Static<typeof SignalTiming>
