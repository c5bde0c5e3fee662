import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NamedValues } from './context.ts'
import { compileExpression, type Expression } from './expression.ts'
import { subjectEnvironment } from './subject-environment.ts'

type Flat = Record<string, unknown>

const environment = subjectEnvironment('WasteContainer')
function expressionOf(source: string): Expression {
  const { expression, fault } = compileExpression(environment, source)
  if (!expression) throw new Error(fault.message)
  return expression
}
const evaluate = (source: string, values: Flat) =>
  expressionOf(source).evaluate({
    values,
    asset: values.asset as NamedValues | undefined,
    previous: values.previous as NamedValues | undefined
  })

test.each([
  ['temperature > 70', { temperature: 71 }, true],
  ['temperature > 70', { temperature: 70 }, false],
  ['temperature > 70', {}, undefined],
  ['temperature > 70 && fillingLevel > 0.5', { temperature: 20 }, false],
  ['temperature > 70 && fillingLevel > 0.5', { fillingLevel: 0.1 }, false],
  ['temperature > 70 && fillingLevel > 0.5', { temperature: 80 }, undefined],
  ['temperature > 70 || fillingLevel > 0.5', { temperature: 80 }, true],
  ['temperature > 70 || fillingLevel > 0.5', { temperature: 20 }, undefined],
  ['!(temperature > 70)', {}, undefined],
  ['known(temperature)', {}, false],
  ['known(temperature)', { temperature: 0 }, true],
  ['known(asset.binCapacity)', {}, false],
  ['known(asset.binCapacity)', { asset: { binCapacity: 5 } }, true],
  ['!known(status) || status != "burning"', {}, true],
  ['!known(status) || status != "burning"', { status: 'burning' }, false],
  ['temperature - previous.temperature > 5', { temperature: 9 }, undefined],
  ['temperature - previous.temperature > 5', { temperature: 9, previous: { temperature: 1 } }, true],
  ['asset.binCapacity * fillingLevel > 100', { fillingLevel: 0.5, asset: { binCapacity: 1_100 } }, true],
  ['(known(temperature) ? temperature : 20) > 30', {}, false],
  ['status in ["ok", "unknown"]', { status: 'ok' }, true],
  ['asset.storedWasteKind.startsWith("pa")', { asset: { storedWasteKind: 'paper' } }, true],
  ['max(temperature, 30) > abs(-20)', { temperature: 1 }, true]
] as [string, Flat, boolean | undefined][])('%s with %o is %s', (source, values, expected) => {
  expect(evaluate(source, values)).toBe(expected)
})

test('names what it reads', () => {
  expect(expressionOf('known(status) && asset.binCapacity > 1 || previous.temperature > temperature').names).toEqual([
    'status',
    'asset.binCapacity',
    'previous.temperature',
    'temperature'
  ])
})

/** Conditions over a handful of variables, with the three-valued logic that they should have (Kleene's). */
type Case = { source: string; value: (context: Flat) => boolean | undefined }
const names = ['temperature', 'cargoWeight', 'age'] as const
const leaf = fc.tuple(fc.constantFrom(...names), fc.constantFrom('>', '<='), fc.integer({ min: -2, max: 2 })).map(
  ([name, operator, limit]): Case => ({
    source: `${name} ${operator} ${limit}`,
    value: (context) => {
      const value = context[name] as number | undefined
      return value === undefined ? undefined : operator === '>' ? value > limit : value <= limit
    }
  })
)
const present = fc
  .constantFrom(...names)
  .map((name): Case => ({ source: `known(${name})`, value: (context) => context[name] !== undefined }))
const condition = fc.letrec<{ any: Case }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    leaf,
    present,
    tie('any').map(
      ({ source, value }): Case => ({
        source: `!(${source})`,
        value: (context) => {
          const inner = value(context)
          return inner === undefined ? undefined : !inner
        }
      })
    ),
    fc.tuple(tie('any'), fc.constantFrom('&&', '||'), tie('any')).map(
      ([a, operator, b]): Case => ({
        source: `(${a.source}) ${operator} (${b.source})`,
        value: (context) => {
          const decided = operator === '||'
          const [x, y] = [a.value(context), b.value(context)]
          if (x === decided || y === decided) return decided
          return x === undefined || y === undefined ? undefined : !decided
        }
      })
    )
  )
})).any

/** CEL's own evaluator: an absent value is an error there. */
function byCel(source: string, values: Flat): boolean | undefined {
  try {
    // The literals are made doubles by the text: the checked tree is not shared with ours.
    return environment.evaluate(source.replace(/(?<![\w.])(\d+)(?![\w.])/g, '$1.0'), values)
  } catch {
    return undefined
  }
}

test.each([
  ['temperature + cargoWeight * 2 - 1 > -age / 3', { temperature: 1, cargoWeight: 2.5, age: 7 }],
  ['temperature / 0 > 5 && !(temperature / 0 < 5)', { temperature: 1 }],
  ['status == "ok" && status != "burning" && status < "oz" && status >= "ok"', { status: 'ok' }],
  [
    'status.startsWith("o") && status.endsWith("k") && !status.contains("x") && status + "!" == "ok!"',
    { status: 'ok' }
  ],
  ['"gap" in unreliable && !("unchanged" in unreliable)', { unreliable: ['gap'] }],
  ['unreliable == ["gap"] && unreliable + ["x"] != ["gap"]', { unreliable: ['gap'] }],
  ['temperature in [1, 2, -temperature + 4]', { temperature: 2 }],
  ['(temperature > 1 ? status : "x") == "ok"', { temperature: 2, status: 'ok' }],
  ['(age > 1 ? status : "x") == "x"', { temperature: 2, status: 'ok' }],
  ['temperature > 1 ? true : age > 3', { temperature: 2 }],
  ['temperature in [1, age]', { temperature: 1 }],
  ['min(abs(temperature), 3) == 2 && max(temperature, age) > 1', { temperature: -2, age: 2 }],
  ['asset.binCapacity - previous.temperature > 5', { asset: { binCapacity: 9 }, previous: { temperature: 1 } }],
  ['known(asset.binCapacity) && !known(previous.temperature)', { asset: { binCapacity: 9 }, previous: {} }]
] as [string, Flat][])('%s with %o is what CEL makes of it', (source, values) => {
  expect(byCel(source, { asset: {}, previous: {}, ...values })).toBe(evaluate(source, values))
})

test('an absent value is unknown, and unknown obeys three-valued logic', () => {
  const value = fc.option(fc.integer({ min: -3, max: 3 }), { nil: undefined })
  fc.assert(
    fc.property(
      condition,
      fc.record({ temperature: value, cargoWeight: value, age: value }),
      ({ source, value }, read) => {
        const context = Object.fromEntries(Object.entries(read).filter(([, given]) => given !== undefined))
        expect(evaluate(source, context)).toBe(value(context))
        expect(byCel(source, context)).toBe(value(context))
      }
    )
  )
})
