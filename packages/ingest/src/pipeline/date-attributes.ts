import type { ReadingType } from '@city-brain/model'

/** The attributes of each type, beside `dateObserved`, that are points in time. A test holds it against the schemas. */
export const dateAttributes: Record<ReadingType, readonly string[]> = {
  TrafficFlowObserved: ['dateObservedFrom', 'dateObservedTo'],
  OffStreetParking: ['observationDateTime'],
  OnStreetParking: [],
  ParkingSpot: [],
  WasteContainer: ['dateLastEmptying', 'nextActuationDeadline']
}
