import type { Environment } from '@marcbachmann/cel-js'
import type { Context } from './context.ts'
import { evaluateAst } from './evaluate-ast.ts'
import { checkLanguage, type ExpressionFault } from './expression-language.ts'

/** A condition in CEL, checked against the variables of its rule's subject. */
export type Expression = {
  readonly source: string
  /** The variables that it names, e.g. `flow`, `asset.period`. */
  readonly names: readonly string[]
  /** Undefined: unknown, because a value that it needs is absent. */
  evaluate(context: Context): boolean | undefined
}

/** Parses and checks a condition. Every number is a double, so `fillingLevel > 1` needs no `1.0`. */
export function compileExpression(
  environment: Environment,
  source: string
): { expression: Expression; fault?: undefined } | { expression?: undefined; fault: ExpressionFault } {
  let parsed: ReturnType<Environment['parse']>
  try {
    parsed = environment.parse(source)
  } catch (error) {
    return { fault: faultOf(error) }
  }
  const { names, fault } = checkLanguage(parsed.ast)
  if (fault) return { fault }
  const checked = parsed.check()
  if (!checked.valid) return { fault: faultOf(checked.error) }
  if (checked.type !== 'bool') return { fault: { offset: 0, message: `must be a condition, but is a ${checked.type}` } }
  const evaluate = evaluateAst(parsed.ast) as (context: Context) => boolean | undefined
  return { expression: { source, names, evaluate } }
}

function faultOf(error: unknown): ExpressionFault {
  const { summary, message, range } = error as { summary?: string; message: string; range?: { start: number } }
  return { offset: range?.start ?? 0, message: summary ?? message }
}
