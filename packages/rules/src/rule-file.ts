import { LocalizedText, readingTypes, Severity } from '@city-brain/model'
import Type, { type Static } from 'typebox'

/** Besides readings, a rule may judge the status of devices and the life of commands. */
export const conditionSubjects = [...readingTypes, 'device', 'command'] as const
/** Kinds of asset whose silence a rule may judge: those that report readings. */
export const silenceSubjects = ['detector', 'parkingSite', 'parkingSpot', 'container'] as const

export type ConditionSubject = (typeof conditionSubjects)[number]
export type SilenceSubject = (typeof silenceSubjects)[number]
export type Subject = ConditionSubject | SilenceSubject

const expression = (description: string) => Type.String({ minLength: 1, maxLength: 2_000, description })
const duration = (description: string) => Type.String({ minLength: 2, maxLength: 20, description })

/** One rule as its author writes it. */
export const RuleDefinition = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$', description: 'Id, unique over all files' }),
    version: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'One higher at each change of what the rule does'
    }),
    on: Type.Enum([...conditionSubjects, ...silenceSubjects], {
      description: 'Type of reading, device or command; with `absent`, a kind of asset'
    }),
    filter: Type.Optional(expression('Which entities or readings it is for; where it is false, nothing stands')),
    when: Type.Optional(expression('Raises')),
    clear: Type.Optional(expression('Clears; without it, the opposite of `when`')),
    absent: Type.Optional(duration('Raises on silence: `3 intervals` or a duration')),
    onDelay: Type.Optional(duration('How long `when` must hold before it raises')),
    offDelay: Type.Optional(duration('How long `clear` must hold before it clears')),
    severity: Severity,
    title: LocalizedText,
    detail: LocalizedText,
    advice: Type.Optional(LocalizedText),
    actions: Type.Optional(
      Type.Object(
        {
          alarm: Type.Optional(Type.Boolean({ description: 'Raise and clear an alarm (default true)' })),
          'request-timing': Type.Optional(duration("For how long the detector's intersection is asked to be re-timed"))
        },
        { additionalProperties: false }
      )
    )
  },
  { additionalProperties: false }
)
export type RuleDefinition = Static<typeof RuleDefinition>

/** `rules/*.yaml`. */
export const RuleFile = Type.Object(
  { rules: Type.Array(RuleDefinition, { maxItems: 1_000 }) },
  { additionalProperties: false, $id: 'RuleFile' }
)
export type RuleFile = Static<typeof RuleFile>
