import Type, { type Static } from 'typebox'
import { count, listOf, oneOf } from '../fields.ts'
import { commonAttributes } from './common-attributes.ts'

/** Source: FIWARE Smart Data Models, dataModel.Parking/OnStreetParking. It has neither `status` nor `occupancy`. */
export const OnStreetParking = Type.Object(
  {
    type: Type.Optional(Type.Literal('OnStreetParking')),
    ...commonAttributes,
    totalSpotNumber: Type.Optional(count('Spaces in all')),
    availableSpotNumber: Type.Optional(count('Free spaces')),
    occupiedSpotNumber: Type.Optional(count('Occupied spaces')),
    category: Type.Optional(
      listOf(
        oneOf(
          [
            'blueZone',
            'feeCharged',
            'forDisabled',
            'forElectricalCharging',
            'forLoadUnload',
            'forResidents',
            'free',
            'shortTerm'
          ],
          'For whom'
        )
      )
    ),
    parkingMode: Type.Optional(
      listOf(oneOf(['parallelParking', 'perpendicularParking', 'echelonParking', 'floatingParking'], 'How cars stand'))
    )
  },
  { additionalProperties: false, $id: 'OnStreetParking' }
)
export type OnStreetParking = Static<typeof OnStreetParking>
