import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { listOf, oneOf } from '../fields.ts'
import { commonAttributes } from './common-attributes.ts'

/** Source: FIWARE Smart Data Models, dataModel.Parking/ParkingSpot. */
export const ParkingSpot = Type.Object(
  {
    type: Type.Optional(Type.Literal('ParkingSpot')),
    ...commonAttributes,
    status: oneOf(['free', 'occupied', 'closed', 'unknown'], 'State of the spot'),
    category: Type.Optional(listOf(oneOf(['onStreet', 'offStreet'], 'Where'))),
    refParkingSite: Type.Optional(EntityId)
  },
  { additionalProperties: false, $id: 'ParkingSpot' }
)
export type ParkingSpot = Static<typeof ParkingSpot>
