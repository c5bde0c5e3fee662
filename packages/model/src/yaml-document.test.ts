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

test('never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, path) => {
      const document = parseYamlDocument('any.yaml', text)
      document.locate(path)
      checkDocument(document, Plan)
    })
  )
})
