import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { LocalizedText, languages } from '../localized-text.ts'
import { UpstreamBroker } from './devices.ts'

/** `city.yaml`: what the city is called and where it lies. Engines (journal, history, broker) have defaults that need no line here. */
export const CityFile = Type.Object(
  {
    id: EntityId,
    name: LocalizedText,
    timeZone: Type.String({ minLength: 1, maxLength: 64, description: 'IANA name, e.g. Asia/Shanghai' }),
    languages: Type.Array(Type.Enum([...languages]), { minItems: 1 }),
    /** [longitude, latitude] and zoom at which the map opens. */
    centre: Type.Tuple([Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })]),
    zoom: Type.Number({ minimum: 1, maximum: 20 }),
    /** Readings older than so many days leave the history (default 400). */
    historyDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 })),
    /**
     * Without it devices come to the embedded broker on `--mqtt-port`. `tls`: the embedded one listens with TLS too.
     * `external`: devices speak to a broker of the city's own, and nothing listens here.
     */
    broker: Type.Optional(
      Type.Object(
        {
          external: Type.Optional(UpstreamBroker),
          tls: Type.Optional(
            Type.Object(
              {
                port: Type.Integer({ minimum: 0, maximum: 65_535 }),
                /** PEM files, relative to the city's folder. */
                certificate: Type.String({ minLength: 1, maxLength: 200 }),
                key: Type.String({ minLength: 1, maxLength: 200 }),
                /** Authority of the devices' certificates: with it, a client must show one. */
                clientAuthority: Type.Optional(Type.String({ minLength: 1, maxLength: 200 }))
              },
              { additionalProperties: false }
            )
          )
        },
        { additionalProperties: false }
      )
    ),
    journal: Type.Optional(
      Type.Object(
        {
          limitGigabytes: Type.Optional(Type.Number({ minimum: 0.05, maximum: 100_000 })),
          /** Readings, ticks, SPaT and dead letters. */
          readingDays: Type.Optional(Type.Number({ minimum: 0.01, maximum: 36_500 })),
          /** Alarms, commands, decisions, operator actions, configuration. */
          auditDays: Type.Optional(Type.Number({ minimum: 1, maximum: 36_500 })),
          deadLetterMegabytes: Type.Optional(Type.Number({ minimum: 1, maximum: 100_000 }))
        },
        { additionalProperties: false }
      )
    )
  },
  { additionalProperties: false, $id: 'CityFile' }
)
export type CityFile = Static<typeof CityFile>
