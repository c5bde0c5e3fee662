import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { fraction, instant, oneOf, quantity } from '../fields.ts'
import { commonAttributes } from './common-attributes.ts'

export const storedWasteKinds = [
  'organic',
  'inorganic',
  'glass',
  'oil',
  'plastic',
  'metal',
  'paper',
  'batteries',
  'electronics',
  'hazardous',
  'other'
] as const

/**
 * Source: FIWARE Smart Data Models, dataModel.WasteManagement/WasteContainer. `fillingLevel` is a fraction,
 * `binFullnessThreshold` a percentage. `distance` is ours, not the data model's: what an ultrasonic sensor measures; where
 * the container is calibrated and the message has no `fillingLevel`, that is computed from it.
 */
export const WasteContainer = Type.Object(
  {
    type: Type.Optional(Type.Literal('WasteContainer')),
    ...commonAttributes,
    fillingLevel: Type.Optional(fraction('Share of the container that is filled')),
    distance: Type.Optional(quantity('cm', 'From the sensor under the lid to the contents', 0, 2_000)),
    temperature: Type.Optional(quantity('°C', 'Temperature inside', -60, 1_500)),
    cargoWeight: Type.Optional(quantity('kg', 'Weight of the contents')),
    methaneConcentration: Type.Optional(quantity('ppm', 'Methane inside')),
    storedWasteKind: Type.Optional(oneOf([...storedWasteKinds], 'What is collected in it')),
    status: Type.Optional(
      oneOf(['ok', 'lidOpen', 'dropped', 'moved', 'vandalized', 'burning', 'unknown'], 'State of the container')
    ),
    dateLastEmptying: Type.Optional(instant('When it was last emptied')),
    nextActuationDeadline: Type.Optional(instant('When it must be emptied at the latest')),
    binFullnessThreshold: Type.Optional(quantity('%', 'Fullness at which to collect', 0, 100)),
    binCapacity: Type.Optional(quantity('l', 'Volume')),
    refWasteContainerIsle: Type.Optional(EntityId)
  },
  { additionalProperties: false, $id: 'WasteContainer' }
)
export type WasteContainer = Static<typeof WasteContainer>
