import fc from 'fast-check'
import { jsonText } from './json-text.ts'
import { mutated } from './mutate-bytes.ts'

const operand = fc.constantFrom(
  ...[
    'payload',
    'payload.object',
    'payload.fill',
    'payload["__proto__"]',
    'payload.constructor',
    'topic',
    'topic[2]',
    'topic[-1]'
  ],
  ...[
    'receivedAt',
    '1',
    '0',
    '-1',
    '1.5',
    '1e999',
    '9223372036854775807',
    '18446744073709551615u',
    '"x"',
    '""',
    'true',
    'null'
  ],
  ...[
    'b"\\xff"',
    '[]',
    '{}',
    '[1, "a"]',
    '{"a": 1}',
    'nobody',
    'topic[9223372036854775807]',
    '"\\ud800"',
    '"\\u0000"',
    'timestamp("x")'
  ]
)
const operator = fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in', '&', ',', '.')
const call = fc.constantFrom(
  ...[
    'size',
    'instant',
    'round',
    'fromBase64',
    'fromHex',
    'has',
    'int',
    'double',
    'string',
    'bytes',
    'timestamp',
    'duration'
  ],
  ...['type', 'dyn', 'matches', 'eval', 'uint', 'bool']
)
const method = fc.constantFrom(
  ...[
    '.size()',
    '.lowerAscii()',
    '.split("")',
    '.unsigned(0, 9)',
    '.signed(-1, 2)',
    '.unsigned(0, 9223372036854775807)'
  ],
  ...[
    '.map(x, x)',
    '.filter(x, x.a > 1)',
    '.all(x, true)',
    '.exists_one(x, x)',
    '.matches("(a+)+$")',
    '[0]',
    '["a"]',
    '.join(",")'
  ],
  ...['.replace("", "x")', '.substring(-1)', '.charAt(99)', '.getFullYear()', '.__proto__', '.constructor("x")']
)

/** Expressions that are right, nearly right, and not at all. */
export const expression: fc.Arbitrary<string> = fc.letrec<{ it: string }>((tie) => ({
  it: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'cel' },
    operand,
    fc.tuple(tie('it'), operator, tie('it')).map(([a, op, b]) => `${a} ${op} ${b}`),
    fc
      .tuple(call, fc.array(tie('it'), { maxLength: 3, depthIdentifier: 'cel' }))
      .map(([f, all]) => `${f}(${all.join(', ')})`),
    fc.tuple(tie('it'), method).map(([a, m]) => `${a}${m}`),
    fc.tuple(tie('it'), tie('it'), tie('it')).map(([a, b, c]) => `${a} ? ${b} : ${c}`),
    tie('it').map((a) => `(${a})`),
    fc.string({ unit: 'binary', maxLength: 10 })
  )
})).it

const oneLine = expression.map((text) => text.replace(/[\r\n]/g, ' '))
const scalar = fc.oneof(
  { weight: 6, arbitrary: oneLine },
  { weight: 2, arbitrary: oneLine.map((text) => `|\n    ${text}`) },
  { weight: 1, arbitrary: jsonText }
)

/** A file of `feeds/`, as text. */
export const feedDocument: fc.Arbitrary<string> = fc
  .record({
    feed: fc.constantFrom('one', 'UPPER', '', '__proto__'),
    topic: fc.constantFrom('a/+/up', '#', 'a/#/b', '+a', '', '$SYS/#', '"a/\\u0000"'),
    type: fc.constantFrom('WasteContainer', 'TrafficFlowObserved', 'Nothing', 'constructor'),
    each: fc.option(scalar, { freq: 2 }),
    when: fc.option(scalar, { freq: 2 }),
    entity: scalar,
    dateObserved: scalar,
    name: fc.constantFrom('fillingLevel', 'temperature', 'nothing', '__proto__', 'constructor'),
    attribute: scalar
  })
  .map(({ each, when, name, attribute, ...rest }) =>
    [
      ...Object.entries(rest).map(([key, value]) => `${key}: ${value}`),
      ...(each === null ? [] : [`each: ${each}`]),
      ...(when === null ? [] : [`when: ${when}`]),
      'attributes:',
      `  ${name}: ${attribute}`
    ].join('\n')
  )

/** Pieces of YAML that readers stumble over. */
const yamlPieces = fc.constantFrom(
  ...[
    '&a [*a]',
    '*unknown',
    '!!binary "x"',
    '!!js/function "x"',
    '<<: *a',
    '? [a]\n: b',
    '%YAML 9.9',
    '---\n---',
    '- - - -',
    '\t',
    ': :',
    '"\\ud800"'
  ],
  ...[
    '&a [x, x]\nb: &b [*a, *a, *a, *a]\nc: [*b, *b, *b, *b]',
    '{'.repeat(3_000),
    '[[',
    '__proto__:\n  polluted: true',
    'constructor: {}',
    '0x1F',
    '.inf',
    '.nan',
    '~'
  ]
)

/** A file of a city that was right: bytes of it changed, a line of it replaced, or a piece put in. */
export function brokenFile(right: string): fc.Arbitrary<Buffer> {
  const lines = right.split('\n')
  const place = fc.nat(Math.max(0, lines.length - 1))
  const put = (at: number, line: string, over: number) =>
    Buffer.from([...lines.slice(0, at), line, ...lines.slice(at + over)].join('\n'))
  const value = fc.tuple(place, fc.oneof(yamlPieces, jsonText, oneLine)).map(([at, text]) => {
    const name = /^(\s*(?:- )?[\w"]+:)/.exec(lines[at] ?? '')?.[1]
    return put(at, name === undefined ? text : `${name} ${text}`, 1)
  })
  return fc.oneof(
    { weight: 3, arbitrary: mutated(fc.constant(Buffer.from(right))) },
    { weight: 4, arbitrary: value },
    { weight: 2, arbitrary: fc.tuple(place, yamlPieces).map(([at, text]) => put(at, text, 0)) },
    { weight: 1, arbitrary: fc.tuple(place, fc.nat(5)).map(([at, over]) => put(at, lines[at] ?? '', over)) }
  )
}
