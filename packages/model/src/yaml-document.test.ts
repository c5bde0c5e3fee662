import fc from 'fast-check'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { formatProblem } from './problem.ts'
import { checkDocument, parseYamlDocument } from './yaml-document.ts'

const Plan = Compile(
  Type.Object(
    { id: Type.String(), phases: Type.Array(Type.Object({ green: Type.Number({ minimum: 1 }) })) },
    { additionalProperties: false }
  )
)

test('a good file gives its value', () => {
  const document = parseYamlDocument('plan.yaml', 'id: a\nphases:\n  - green: 10\n')
  expect(checkDocument(document, Plan)).toEqual({ value: { id: 'a', phases: [{ green: 10 }] }, problems: [] })
})

test('every problem is reported together, each with its line', () => {
  const document = parseYamlDocument('plan.yaml', 'phases:\n  - green: 10\n  - green: 0\nphase: 1\n')
  const { problems } = checkDocument(document, Plan)
  expect(problems.map(formatProblem).sort()).toEqual([
    'plan.yaml:1:1 /id: is missing',
    'plan.yaml:3:12 /phases/1/green: must be >= 1',
    'plan.yaml:4:8 /phase: is not known here'
  ])
})

test('a fault of syntax has its line, and nothing else is said', () => {
  const { problems } = checkDocument(parseYamlDocument('plan.yaml', 'id: a\nphases: [1, 2\n'), Plan)
  expect(problems.length).toBeGreaterThan(0)
  expect(problems[0]).toMatchObject({ file: 'plan.yaml', code: 'syntax', line: 3 })
})

test('a bomb of aliases is refused', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) =>
      `l${i}: &l${i} [${Array(10)
        .fill(i ? `*l${i - 1}` : 'x')
        .join(', ')}]`
  )
  expect(parseYamlDocument('bomb.yaml', levels.join('\n')).problems).not.toEqual([])
})

test('a key that is no text is a problem, not a warning of the process', () => {
  expect(parseYamlDocument('keys.yaml', 'a: 1\n? [b]\n: c\n').problems).toEqual([
    { file: 'keys.yaml', line: 2, column: 3, code: 'syntax', message: 'a key must be text' }
  ])
  expect(parseYamlDocument('keys.yaml', '1: 2\ntrue: 3').value).toEqual({ 1: 2, true: 3 })
})

test('never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, path) => {
      const document = parseYamlDocument('any.yaml', text)
      document.locate(path)
      document.locateWithin(path, 3)
      checkDocument(document, Plan)
    })
  )
})

test('a character of an expression is found in plain and block scalars, over folded lines too', () => {
  const text = 'a: x > 1 &&\n   wrong < 2\nb: |\n    "k" in l\n      && wrong\nc: "wrong"\nd: >-\n  one\n  wrong\n'
  const document = parseYamlDocument('rule.yaml', text)
  const value = document.value as Record<string, string>
  const place = (key: string) => document.locateWithin(`/${key}`, value[key]?.indexOf('wrong') ?? -1)
  expect(place('a')).toEqual({ line: 2, column: 4 })
  expect(place('b')).toEqual({ line: 5, column: 10 })
  expect(place('c')).toBeUndefined()
  expect(place('d')).toEqual({ line: 9, column: 3 })
  expect(document.locateWithin('/none', 0)).toBeUndefined()
})
