import {
  CommandAcknowledgement,
  DeviceStatusMessage,
  describeErrors,
  parseInstant,
  type ReadingType,
  readingTypeOf,
  readingTypes,
  SignalState,
  telemetrySchemas
} from '@city-brain/model'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { placeOf } from './authorise.ts'
import { dateAttributes } from './date-attributes.ts'
import type { Candidate, Fault, Message, Step } from './message.ts'

/** What a compiled schema is used for here; TypeBox's own type differs for every schema. */
type Checker = { Check(value: unknown): boolean; Errors(value: unknown): Parameters<typeof describeErrors>[0] }
const compile = (schema: TSchema): Checker => Compile(schema) as unknown as Checker

const telemetry = Object.fromEntries(
  readingTypes.map((type) => [type, compile(telemetrySchemas[type])])
) as unknown as Record<ReadingType, Checker>

const control = {
  status: compile(DeviceStatusMessage),
  ack: compile(CommandAcknowledgement),
  spat: compile(SignalState)
}

/** Has it the form of its type, and are its dates dates? The first fault is named with its place and what was expected. */
export const validate: Step = function validate(message) {
  if (message.fault !== undefined) return
  const { channel } = message.route
  if (channel === 'telemetry') {
    for (const candidate of message.candidates) {
      if (candidate.fault === undefined) candidate.fault = validateReading(message, candidate)
    }
  } else if (channel !== undefined) message.fault = validateControl(channel, message.value)
}

function validateReading(message: Message, candidate: Candidate): Fault | undefined {
  const { record } = candidate
  const type = typeOf(message, candidate)
  if (typeof type === 'object') return type
  candidate.type = type
  const checker = telemetry[type]
  if (record.observationDateTime !== undefined && record.dateObserved === undefined) {
    // The data model's own name for it, only on the types that have it: the schema refuses it elsewhere.
    record.dateObserved = record.observationDateTime
  }
  if (!checker.Check(record)) {
    const isDate = (name: string) => name === 'dateObserved' || dateAttributes[type].includes(name)
    return schemaFault(checker, record, (path) => placeIn(message, candidate, path), isDate)
  }
  const dateObserved = parseInstant(record.dateObserved as string)
  if (dateObserved === undefined) return badDate(placeOf(message, candidate, 'dateObserved'))
  candidate.dateObserved = dateObserved
  for (const name of dateAttributes[type]) {
    const text = record[name]
    if (text === undefined) continue
    const instant = parseInstant(text as string)
    if (instant === undefined) return badDate(placeOf(message, candidate, name))
    if (name === 'observationDateTime' && instant !== candidate.dateObserved) {
      const path = placeOf(message, candidate, name)
      return { code: 'schema', path, message: 'must be the same as dateObserved' }
    }
  }
  return undefined
}

/** The payload's type, or that which the entity's kind says. */
function typeOf(message: Message, candidate: Candidate): ReadingType | Fault {
  const { record, asset, entity } = candidate
  const expected = asset && readingTypeOf(asset.properties)
  if (expected !== undefined && (record.type === undefined || record.type === expected)) return expected
  const path = placeOf(message, candidate, 'type')
  if (record.type !== undefined && !(readingTypes as unknown[]).includes(record.type)) {
    return { code: 'unknown-type', path, message: `must be one of ${readingTypes.join(', ')}` }
  }
  if (expected === undefined) {
    return { code: 'unknown-type', path, message: `${entity} is of a kind that reports no telemetry` }
  }
  return { code: 'schema', path, message: `must be ${expected}: that is what ${entity} reports` }
}

function validateControl(channel: 'status' | 'ack' | 'spat', value: unknown): Fault | undefined {
  const checker = control[channel]
  if (!checker.Check(value)) return schemaFault(checker, value, (path) => path, isControlDate)
  const { dateObserved } = value as { dateObserved?: string }
  if (dateObserved !== undefined && parseInstant(dateObserved) === undefined) return badDate('/dateObserved')
  if (channel !== 'spat') return undefined
  const states = (value as SignalState).states
  for (const [i, state] of states.entries()) {
    for (const name of ['minEndTime', 'maxEndTime'] as const) {
      const text = state[name]
      if (text !== undefined && parseInstant(text) === undefined) return badDate(`/states/${i}/${name}`)
    }
  }
  return undefined
}

/** A text that should be a date is a bad date, however the schema puts it: it bounds no more than the length. */
function schemaFault(
  checker: Checker,
  value: unknown,
  place: (path: string) => string,
  isDate: (path: string) => boolean
): Fault {
  const [first, ...others] = describeErrors(checker.Errors(value))
  if (first === undefined) return { code: 'schema', message: 'does not have the expected form' }
  const names = first.path.split('/').slice(1)
  if (isDate(names.join('/')) && typeof valueAt(value, names) === 'string') return badDate(place(first.path))
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return { code: 'schema', path: place(first.path), message: `${first.message}${more}` }
}

function isControlDate(path: string): boolean {
  return path === 'dateObserved' || /^states\/\d+\/(minEndTime|maxEndTime)$/.test(path)
}

function valueAt(value: unknown, names: readonly string[]): unknown {
  return names.reduce((at, name) => (at as Record<string, unknown> | undefined)?.[name], value)
}

function placeIn(message: Message, candidate: Candidate, path: string): string {
  const [attribute = '', ...rest] = path.split('/').slice(1)
  if (attribute === '') return candidate.index === undefined ? '' : `/${candidate.index}`
  return [placeOf(message, candidate, attribute), ...rest].join('/')
}

function badDate(path: string): Fault {
  return { code: 'bad-date', path, message: 'must be an RFC 3339 date-time, e.g. 2026-05-04T08:15:01Z' }
}
