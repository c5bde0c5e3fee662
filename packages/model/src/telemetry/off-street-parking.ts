import Type, { type Static } from 'typebox'
import { count, fraction, instant, listOf, oneOf, quantity, text } from '../fields.ts'
import { commonAttributes } from './common-attributes.ts'

/**
 * Source: FIWARE Smart Data Models, dataModel.Parking/OffStreetParking, key-values form.
 * `observationDateTime` is the model's own name for `dateObserved`; the pipeline accepts either.
 * Counters drift: more free spaces than capacity is accepted and flagged, never clipped.
 */
export const OffStreetParking = Type.Object(
  {
    type: Type.Optional(Type.Literal('OffStreetParking')),
    ...commonAttributes,
    observationDateTime: Type.Optional(instant('The same as dateObserved, in the words of the data model')),
    totalSpotNumber: Type.Optional(count('Spaces in all')),
    availableSpotNumber: Type.Optional(count('Free spaces')),
    occupiedSpotNumber: Type.Optional(count('Occupied spaces')),
    extraSpotNumber: Type.Optional(count('Spaces outside the count, e.g. reserved')),
    occupancy: Type.Optional(fraction('Share of spaces occupied')),
    status: Type.Optional(
      listOf(
        oneOf(
          [
            'open',
            'closed',
            'closedAbnormal',
            'full',
            'fullAtEntrance',
            'almostFull',
            'spacesAvailable',
            'openingTimesInForce'
          ],
          'Status of the car park'
        )
      )
    ),
    occupancyDetectionType: Type.Optional(
      listOf(oneOf(['balancing', 'manual', 'modelBased', 'none', 'singleSpaceDetection'], 'How occupancy is found'))
    ),
    openingHours: Type.Optional(text('Opening hours as in OpenStreetMap')),
    maximumAllowedHeight: Type.Optional(quantity('m', 'Greatest vehicle height', 0, 20)),
    priceRatePerMinute: Type.Optional(quantity('currency/min', 'Price a minute')),
    priceCurrency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }))
  },
  { additionalProperties: false, $id: 'OffStreetParking' }
)
export type OffStreetParking = Static<typeof OffStreetParking>
