import Type, { type TSchema } from 'typebox'

/** The few kinds of attribute that telemetry is made of. Bounds catch the unit traps (a percentage where a fraction belongs). */
export const fraction = (description: string) => Type.Number({ minimum: 0, maximum: 1, unit: '1', description })
export const count = (description: string) =>
  Type.Integer({ minimum: 0, maximum: 1_000_000_000, unit: 'count', description })
export const quantity = (unit: string, description: string, minimum = 0, maximum = 1_000_000_000) =>
  Type.Number({ minimum, maximum, unit, description })
export const oneOf = <const T extends string[]>(values: T, description: string) => Type.Enum(values, { description })
export const flag = (description: string) => Type.Boolean({ description })
export const text = (description: string, maxLength = 256) => Type.String({ maxLength, description })
export const listOf = <T extends TSchema>(item: T) => Type.Array(item, { maxItems: 32 })
/** An RFC 3339 date-time; `parseInstant` decides, the schema only bounds. */
export const instant = (description: string) => Type.String({ minLength: 20, maxLength: 40, description })
