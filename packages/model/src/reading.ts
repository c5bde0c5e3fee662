import Type, { type Static, type TObject } from 'typebox'
import type { RadioFrame } from './radio-frame.ts'
import { OffStreetParking } from './telemetry/off-street-parking.ts'
import { OnStreetParking } from './telemetry/on-street-parking.ts'
import { ParkingSpot } from './telemetry/parking-spot.ts'
import { TrafficFlowObserved } from './telemetry/traffic-flow-observed.ts'
import { WasteContainer } from './telemetry/waste-container.ts'

/** The schema of each type of telemetry in its key-values form, as devices publish it on `obs`. */
export const telemetrySchemas = {
  TrafficFlowObserved,
  OffStreetParking,
  OnStreetParking,
  ParkingSpot,
  WasteContainer
} as const satisfies Record<string, TObject>

export type ReadingType = keyof typeof telemetrySchemas
export const readingTypes = Object.keys(telemetrySchemas) as ReadingType[]

/**
 * What is odd about a reading that was accepted all the same:
 * - `late`: older than the entity's newest; stored, but changes neither latest nor rules.
 * - `above-capacity`: more free (or occupied) spaces than the site has.
 * - `gap`: more than 24 h after the entity's reading before it.
 * - `beyond-calibration`: the measured distance lies outside of the container's calibration by more than 10 % of its range;
 *   no filling level follows from it.
 */
export const ReadingFlag = Type.Enum(['late', 'above-capacity', 'gap', 'beyond-calibration'])
export type ReadingFlag = Static<typeof ReadingFlag>

export type AttributeValue = number | string | boolean | string[]

/** The payload of a `reading` entry. The entity stands in the entry itself. */
export type Reading = {
  type: ReadingType
  /** RFC 3339 in UTC with milliseconds. */
  dateObserved: string
  /** The attributes that the sensor sent, by their name; what it did not send is absent. */
  values: Record<string, AttributeValue>
  flags?: ReadingFlag[]
  /** From a source registered as `backfill`: goes into history and latest, live rules pass it by. */
  backfill?: true
  /** Of a message with a frame counter; of several readings in one message the first bears it. */
  frame?: RadioFrame
}

/** Names and units of a type's attributes, without those that every message carries for its own routing. */
export function attributesOf(type: ReadingType): { name: string; unit?: string; kind: AttributeKind }[] {
  const properties = telemetrySchemas[type].properties as unknown as Record<string, AttributeSchema>
  return Object.entries(properties)
    .filter(([name]) => !routingAttributes.has(name))
    .map(([name, schema]) => ({
      name,
      ...(schema.unit === undefined ? {} : { unit: schema.unit }),
      kind: kindOf(schema)
    }))
}

export type AttributeKind = 'number' | 'boolean' | 'text' | 'list'
type AttributeSchema = { type?: string; unit?: string }

/** `observationDateTime` is another name of `dateObserved`. */
const routingAttributes = new Set(['id', 'type', 'dateObserved', 'observationDateTime'])

function kindOf(schema: AttributeSchema): AttributeKind {
  if (schema.type === 'number' || schema.type === 'integer') return 'number'
  if (schema.type === 'boolean') return 'boolean'
  return schema.type === 'array' ? 'list' : 'text'
}
