import { type AssetKind, assetSchemas, type ReadingType, readingTypes, telemetrySchemas } from '@city-brain/model'
import type { Subject } from './rule-file.ts'

export type VariableType = 'number' | 'text' | 'boolean' | 'list'
export type Variable = { name: string; type: VariableType; unit?: string; description: string }

/** What the expressions and texts of a rule on this subject may name; `asset.` and `previous.` stand before the names of the last two. */
export type SubjectVariables = {
  own: readonly Variable[]
  asset: readonly Variable[]
  previous: readonly Variable[]
}

type FieldSchema = { type?: string; unit?: string; description?: string; const?: unknown }

/** The kind of asset that reports each type of reading. */
const assetKindOf: Record<ReadingType, AssetKind> = {
  TrafficFlowObserved: 'detector',
  OffStreetParking: 'parkingSite',
  OnStreetParking: 'parkingSite',
  ParkingSpot: 'parkingSpot',
  WasteContainer: 'container'
}

const derivedOfAll: Variable[] = [
  { name: 'age', type: 'number', unit: 's', description: 'From dateObserved until the city received the reading' },
  { name: 'sincePrevious', type: 'number', unit: 's', description: 'From dateObserved of the reading before' },
  {
    name: 'unchangedFor',
    type: 'number',
    unit: 's',
    description: 'Since any measured value of the entity changed, in its own dateObserved; a gap of 24 h starts anew'
  },
  {
    name: 'unreliable',
    type: 'list',
    description:
      'Why not to rely on the values: above-capacity, gap, beyond-calibration, unchanged; empty where nothing is known against them'
  }
]

const derivedOf: Partial<Record<ReadingType, Variable[]>> = {
  TrafficFlowObserved: [
    {
      name: 'flow',
      type: 'number',
      unit: 'veh/h',
      description: 'intensity over its period (dateObservedFrom to dateObservedTo, else the period of the detector)'
    }
  ],
  OffStreetParking: [capacity()],
  OnStreetParking: [capacity()]
}

const deviceVariables: Variable[] = [
  { name: 'status', type: 'text', description: 'online or offline' },
  { name: 'softwareVersion', type: 'text', description: 'Version of the software on the device' }
]
const commandVariables: Variable[] = [
  {
    name: 'state',
    type: 'text',
    description: 'requested, sent, acknowledged, effective, rejected or expired'
  },
  { name: 'reason', type: 'text', description: 'Why it was rejected or expired, in the words of the controller' },
  {
    name: 'from',
    type: 'text',
    description: 'Of an expired one the state that it ended in: effective if it was carried out to its end'
  }
]
const silenceVariables: Variable[] = [
  { name: 'silentFor', type: 'number', unit: 's', description: 'Since the last reading was received' }
]

export function subjectVariables(subject: Subject): SubjectVariables {
  if (isReadingType(subject)) {
    const attributes = fieldsOf(telemetrySchemas[subject].properties, new Set(['id', 'type', 'dateObserved']))
    const measured = attributes.filter(({ name }) => name !== 'observationDateTime')
    return {
      own: [...measured, ...derivedOfAll, ...(derivedOf[subject] ?? [])],
      asset: assetVariables(assetKindOf[subject]),
      previous: measured
    }
  }
  if (subject === 'device') return { own: deviceVariables, asset: anyAsset(), previous: [] }
  if (subject === 'command') return { own: commandVariables, asset: assetVariables('intersection'), previous: [] }
  return { own: silenceVariables, asset: assetVariables(subject), previous: [] }
}

export function isReadingType(subject: string): subject is ReadingType {
  return (readingTypes as readonly string[]).includes(subject)
}

function assetVariables(kind: AssetKind): Variable[] {
  return [idVariable(), ...fieldsOf(assetSchemas[kind].properties, new Set(['name']))]
}

/** A device may belong to an asset of any kind, so only what all have can be named. */
function anyAsset(): Variable[] {
  return [
    idVariable(),
    {
      name: 'kind',
      type: 'text',
      description: 'Kind of the asset that the device belongs to; unknown where it has none'
    },
    { name: 'area', type: 'text', description: 'Area that it lies in' }
  ]
}

function idVariable(): Variable {
  return { name: 'id', type: 'text', description: 'Id of the entity' }
}

function capacity(): Variable {
  return {
    name: 'capacity',
    type: 'number',
    unit: 'count',
    description: 'Spaces in all: totalSpotNumber of the reading, else of the asset'
  }
}

function fieldsOf(properties: object, without: ReadonlySet<string>): Variable[] {
  return (
    Object.entries(properties as Record<string, FieldSchema>)
      // What is said in each language (a name, an address) is no value to judge by.
      .filter(([name, schema]) => !without.has(name) && schema.type !== 'object')
      .map(([name, schema]) => ({
        name,
        type: typeOf(schema),
        ...(schema.unit ? { unit: schema.unit } : {}),
        description: schema.description ?? ''
      }))
  )
}

function typeOf(schema: FieldSchema): VariableType {
  if (schema.type === 'number' || schema.type === 'integer') return 'number'
  if (schema.type === 'boolean') return 'boolean'
  return schema.type === 'array' ? 'list' : 'text'
}
