import { type ASTNode, type Environment, EvaluationError } from '@marcbachmann/cel-js'
import { checkLanguage, type ExpressionFault } from './expression-language.ts'

/** Values by name; `asset` and `previous` hold objects of the classes that the environment was made with. */
export type Context = Record<string, unknown>

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
  const needed = neededOf(parsed.ast)
  const evaluate = (context: Context) => {
    // An absent value costs an exception inside CEL; where it decides the outcome alone, do without.
    for (const path of needed) if (isAbsent(context, path)) return undefined
    try {
      return parsed(context) as boolean
    } catch (error) {
      if (error instanceof EvaluationError) return undefined
      throw error
    }
  }
  return { expression: { source, names, evaluate } }
}

type Path = readonly [name: string, field?: string]

function isAbsent(context: Context, [name, field]: Path): boolean {
  const value = context[name]
  return field === undefined ? value === undefined : (value as Context | undefined)?.[field] === undefined
}

/** The variables without any one of which the expression is unknown. `a || b` needs neither, `a > b` both. */
function neededOf(ast: ASTNode): Path[] {
  const byName = (node: ASTNode): Map<string, Path> => {
    switch (node.op) {
      case 'id':
        return new Map([[node.args, [node.args]]])
      case '.': {
        const [base, field] = node.args
        return base.op === 'id' ? new Map([[`${base.args}.${field}`, [base.args, field]]]) : byName(base)
      }
      case 'value':
        return new Map()
      case '&&':
      case '||':
        return shared(byName(node.args[0]), byName(node.args[1]))
      case '?:':
        return new Map([...byName(node.args[0]), ...shared(byName(node.args[1]), byName(node.args[2]))])
      case 'call':
        return node.args[0] === 'known' ? new Map() : union(node.args[1].map(byName))
      case 'rcall':
        return union([node.args[1], ...node.args[2]].map(byName))
      case 'list':
        return union(node.args.map(byName))
      case '!_':
      case '-_':
        return byName(node.args)
      case 'map':
      case '.?':
      case '[?]':
      case '[]':
        return new Map()
      default:
        return union(node.args.map(byName))
    }
  }
  return [...byName(ast).values()]
}

function union(maps: Map<string, Path>[]): Map<string, Path> {
  return new Map(maps.flatMap((map) => [...map]))
}

function shared(a: Map<string, Path>, b: Map<string, Path>): Map<string, Path> {
  return new Map([...a].filter(([name]) => b.has(name)))
}

function faultOf(error: unknown): ExpressionFault {
  const { summary, message, range } = error as { summary?: string; message: string; range?: { start: number } }
  return { offset: range?.start ?? 0, message: summary ?? message }
}
