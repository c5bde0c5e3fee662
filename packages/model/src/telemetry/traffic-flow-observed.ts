import Type, { type Static } from 'typebox'
import { EntityId } from '../entity-id.ts'
import { count, flag, fraction, instant, oneOf, quantity, text } from '../fields.ts'
import { commonAttributes } from './common-attributes.ts'

/** Source: FIWARE Smart Data Models, dataModel.Transportation/TrafficFlowObserved, key-values form. */
export const TrafficFlowObserved = Type.Object(
  {
    type: Type.Optional(Type.Literal('TrafficFlowObserved')),
    ...commonAttributes,
    dateObservedFrom: Type.Optional(instant('Begin of the period counted')),
    dateObservedTo: Type.Optional(instant('End of the period counted')),
    intensity: Type.Optional(count('Vehicles counted in the period, not vehicles per hour')),
    occupancy: Type.Optional(fraction('Share of the period in which the detector was occupied')),
    averageVehicleSpeed: Type.Optional(quantity('km/h', 'Mean speed', 0, 300)),
    averageVehicleLength: Type.Optional(quantity('m', 'Mean vehicle length', 0, 100)),
    averageGapDistance: Type.Optional(quantity('m', 'Mean gap between vehicles')),
    averageHeadwayTime: Type.Optional(quantity('s', 'Mean headway')),
    laneId: Type.Optional(Type.Integer({ minimum: 1, maximum: 64, unit: '', description: 'Lane, from 1' })),
    laneDirection: Type.Optional(oneOf(['forward', 'backward'], 'Direction of the lane')),
    congested: Type.Optional(flag('The device itself judges the traffic congested')),
    reversedLane: Type.Optional(flag('The lane runs against its usual direction')),
    vehicleType: Type.Optional(text('Kind of vehicle counted')),
    refRoadSegment: Type.Optional(EntityId)
  },
  { additionalProperties: false, $id: 'TrafficFlowObserved' }
)
export type TrafficFlowObserved = Static<typeof TrafficFlowObserved>
