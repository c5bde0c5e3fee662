import fc from 'fast-check'

/** Names that reach an object's prototype or its methods, or that code may use for itself. */
export const dangerousNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  'length',
  '$ref',
  ''
]

const numberText = fc.oneof(
  fc.double().map((value) => JSON.stringify(value) ?? '0'),
  fc.integer().map(String),
  fc.constantFrom(
    ...['1e400', '-1e400', '1e-400', '-0', '9007199254740993', '123456789012345678901234567890', '1E+2', '0.1e-7'],
    // Not JSON at all.
    ...['NaN', 'Infinity', '-Infinity', '0x10', '01', '+1', '.5', '1.', '1_000', '--1', '1e', 'undefined']
  )
)
const stringText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    ...[
      '"\\ud800"',
      '"\\udc00\\ud800"',
      '"\\u0000"',
      '"\\x41"',
      '"a\nb"',
      '"\\u00"',
      '"open',
      "'single'",
      '"<img src=x onerror=alert(1)>"'
    ],
    ...['"\'; DROP TABLE entries; --"', '"../../../etc/passwd"', '"%00"', '"\\ufeff"', '"\\u202e"']
  ),
  fc.nat(3_000).map((length) => JSON.stringify('x'.repeat(length)))
)
const nameText = fc.oneof(
  fc.constantFrom(...dangerousNames).map((name) => JSON.stringify(name)),
  fc.constantFrom('"__pro\\u0074o__"', '"\\u005f_proto__"'),
  stringText
)

/** Any JSON, and much that only looks like it. */
export const jsonText: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'json' },
    fc.oneof(numberText, stringText, fc.constantFrom('true', 'false', 'null')),
    fc.array(tie('value'), { maxLength: 5, depthIdentifier: 'json' }).map((items) => `[${items.join(',')}]`),
    fc
      .array(fc.tuple(nameText, tie('value')), { maxLength: 5, depthIdentifier: 'json' })
      .map((members) => `{${members.map(([name, value]) => `${name}:${value}`).join(',')}}`)
  )
})).value

/** Nested so deeply that a recursive reader would run out of stack, closed or not. */
export const deepText: fc.Arbitrary<string> = fc
  .tuple(fc.integer({ min: 10, max: 30_000 }), fc.constantFrom('[', '{"a":', '[{"a":', '[['), fc.boolean())
  .map(([depth, open, closed]) => {
    const text = open.repeat(Math.floor(depth / open.length))
    const close = [...text]
      .reverse()
      .map((c) => (c === '[' ? ']' : c === '{' ? '}' : ''))
      .join('')
    return `${text}1${closed ? close : ''}`
  })

const instants = fc.oneof(
  fc
    .date({ min: new Date('2020-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => JSON.stringify(date.toISOString())),
  fc
    .constantFrom(
      ...[
        '2026-02-30T00:00:00Z',
        '0000-00-00T00:00:00Z',
        '9999-12-31T23:59:60Z',
        '2026-05-04T08:15:01+99:99',
        '2026-05-04T24:00:00Z'
      ],
      ...[
        '2026-05-04',
        'now',
        '+275760-09-13T00:00:00Z',
        '2026-05-04T08:15:01.123456789012345678901234567890Z',
        '２026-05-04T08:15:01Z'
      ]
    )
    .map((text) => JSON.stringify(text))
)
const fraction = fc.double({ min: -0.5, max: 1.5, noNaN: true }).map(String)

/** Attributes of the vocabulary, each with what it should be; any may get something else instead. */
const attributes: Record<string, fc.Arbitrary<string>> = {
  id: fc.constantFrom(
    '"det-1"',
    '"det-2"',
    '"bin-1"',
    '"bin-9"',
    '"park-1"',
    '"nobody"',
    '"__proto__"',
    '"constructor"',
    '"urn:ngsi-ld:x"'
  ),
  type: fc.constantFrom(
    '"TrafficFlowObserved"',
    '"WasteContainer"',
    '"OffStreetParking"',
    '"ParkingSpot"',
    '"constructor"',
    '"__proto__"'
  ),
  dateObserved: instants,
  intensity: fc.integer({ min: -5, max: 200 }).map(String),
  occupancy: fraction,
  averageVehicleSpeed: fraction,
  laneId: fc.integer({ min: -1, max: 5 }).map(String),
  dateObservedFrom: instants,
  fillingLevel: fraction,
  temperature: fraction,
  status: fc.constantFrom('"ok"', '"lidOpen"', '["open"]', '"free"', '"online"', '"offline"'),
  dateLastEmptying: instants,
  availableSpotNumber: fc.integer({ min: -1, max: 300 }).map(String),
  observationDateTime: instants,
  batteryLevel: fraction
}
const member = fc
  .constantFrom(...Object.entries(attributes))
  .chain(([name, right]) =>
    fc
      .oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: jsonText })
      .map((value) => `${JSON.stringify(name)}:${value}`)
  )
/** A reading as a device might send it, more or less. */
export const readingText: fc.Arbitrary<string> = fc
  .tuple(
    instants,
    fc.array(member, { maxLength: 6 }),
    fc.option(
      fc.tuple(nameText, jsonText).map(([name, value]) => `${name}:${value}`),
      { freq: 8 }
    )
  )
  .map(
    ([date, members, more]) =>
      `{"dateObserved":${date}${[...members, ...(more ? [more] : [])].map((m) => `,${m}`).join('')}}`
  )
