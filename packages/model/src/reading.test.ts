import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { describe, expect, test } from 'vitest'
import { attributesOf, type ReadingType, readingTypes, telemetrySchemas } from './reading.ts'
import { describeErrors } from './validation.ts'

const at = '2026-05-04T00:00:01Z'
const examples: Record<ReadingType, Record<string, unknown>> = {
  TrafficFlowObserved: { dateObserved: at, intensity: 12, occupancy: 0.31, averageVehicleSpeed: 24.5, laneId: 1 },
  OffStreetParking: {
    dateObserved: at,
    availableSpotNumber: 532,
    totalSpotNumber: 400,
    status: ['open', 'almostFull']
  },
  OnStreetParking: { dateObserved: at, availableSpotNumber: 3, category: ['forResidents'] },
  ParkingSpot: { dateObserved: at, status: 'free', refParkingSite: 'market-hall' },
  WasteContainer: { dateObserved: at, fillingLevel: 0.82, temperature: 21.5, storedWasteKind: 'glass' }
}

describe.each(readingTypes)('%s', (type) => {
  const validator = Compile(telemetrySchemas[type])

  test('takes a reading as a sensor sends it, and keeps it through JSON', () => {
    const example = examples[type]
    expect(validator.Check(example)).toBe(true)
    expect(JSON.parse(JSON.stringify(example))).toEqual(example)
  })

  test('needs a date', () => {
    const { dateObserved: _, ...undated } = examples[type]
    expect(describeErrors(validator.Errors(undated))).toContainEqual({ path: '/dateObserved', message: 'is missing' })
  })

  test('names an attribute that is not in the vocabulary', () => {
    const errors = describeErrors(validator.Errors({ ...examples[type], fullness: 1 }))
    expect(errors).toContainEqual({ path: '/fullness', message: 'is not known here' })
  })

  test('refuses another type', () => {
    expect(validator.Check({ ...examples[type], type: 'Weather' })).toBe(false)
  })

  test('never throws, and never accepts NaN, infinities or objects as a number', () => {
    const numeric = attributesOf(type).filter((attribute) => attribute.kind === 'number')
    const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1e300, {}, [], null, '1')
    fc.assert(
      fc.property(fc.constantFrom(...numeric.map((attribute) => attribute.name)), odd, (name, value) => {
        return !validator.Check({ ...examples[type], [name]: value })
      })
    )
    fc.assert(fc.property(fc.jsonValue(), (value) => typeof validator.Check(value) === 'boolean'))
  })

  test('every number has a unit', () => {
    for (const attribute of attributesOf(type)) {
      if (attribute.kind === 'number') expect(attribute, attribute.name).toHaveProperty('unit')
    }
  })
})

test('fractions catch a percentage, which APDS and some sensors send', () => {
  const errors = describeErrors(Compile(telemetrySchemas.WasteContainer).Errors({ dateObserved: at, fillingLevel: 82 }))
  expect(errors).toEqual([{ path: '/fillingLevel', message: 'must be <= 1' }])
})
