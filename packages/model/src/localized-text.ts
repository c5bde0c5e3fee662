import Type, { type Static } from 'typebox'

/** The languages that the console and the residents' page speak. */
export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

/** A text in each language of the city. */
export const LocalizedText = Type.Object(
  { en: Type.String({ minLength: 1, maxLength: 400 }), zh: Type.String({ minLength: 1, maxLength: 400 }) },
  { additionalProperties: false }
)
export type LocalizedText = Static<typeof LocalizedText>
