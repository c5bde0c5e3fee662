import type { ASTNode } from '@marcbachmann/cel-js'
import type { Context } from './context.ts'

/** Undefined: unknown. */
type Evaluate = (context: Context) => unknown

/**
 * Makes a function of a checked expression. CEL's own evaluator throws at every absent value, which costs 10 to 50 µs a
 * time; sensors leave values out all the time. Here absent is a value, and logic has three of them (Kleene's, as CEL's own
 * rule for errors in `&&` and `||`). A test holds this against CEL's evaluator.
 */
export function evaluateAst(node: ASTNode): Evaluate {
  switch (node.op) {
    case 'value': {
      const literal = node.args
      return () => literal
    }
    case 'id': {
      const name = node.args
      return (context) => context.values[name] ?? context.derived?.[name]
    }
    case '.': {
      const [base, field] = node.args
      if (base.op === 'id' && base.args === 'previous') return (context) => context.previous?.[field]
      return (context) => context.asset?.[field]
    }
    case '!_':
      return strict(node.args, (value) => !value)
    case '-_':
      return strict(node.args, (value) => -(value as number))
    case '&&':
      return logic(node.args, false)
    case '||':
      return logic(node.args, true)
    case '?:': {
      const [condition, yes, no] = node.args.map(evaluateAst) as [Evaluate, Evaluate, Evaluate]
      return (context) => {
        const decided = condition(context)
        return decided === undefined ? undefined : decided ? yes(context) : no(context)
      }
    }
    case 'list': {
      const items = node.args.map(evaluateAst)
      return (context) => {
        const values = items.map((item) => item(context))
        return values.includes(undefined) ? undefined : values
      }
    }
    case 'call':
      return call(node.args[0], node.args[1].map(evaluateAst))
    case 'rcall': {
      const [name, receiver, args] = node.args
      return call(name, [receiver, ...args].map(evaluateAst))
    }
    case 'map':
    case '[]':
    case '[?]':
    case '.?':
      throw new Error(`${node.op} is not part of the language of rules`)
    default:
      return both(node.args, operators[node.op] as Operator)
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the checker has settled the types of both sides before.
type Operator = (a: any, b: any) => unknown

const operators: Record<string, Operator> = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '+': (a, b) => (Array.isArray(a) ? [...a, ...b] : a + b),
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  in: (a, list: unknown[]) => list.some((item) => equal(a, item))
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
const functions: Record<string, (...args: any[]) => unknown> = {
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  startsWith: (text: string, start: string) => text.startsWith(start),
  endsWith: (text: string, end: string) => text.endsWith(end),
  contains: (text: string, part: string) => text.includes(part)
}

function call(name: string, args: Evaluate[]): Evaluate {
  const [first] = args
  if (name === 'known' && first) return (context) => first(context) !== undefined
  const apply = functions[name]
  if (!apply) throw new Error(`${name} is not part of the language of rules`)
  return (context) => {
    const values = args.map((arg) => arg(context))
    return values.includes(undefined) ? undefined : apply(...values)
  }
}

function strict(node: ASTNode, apply: (value: unknown) => unknown): Evaluate {
  const inner = evaluateAst(node)
  return (context) => {
    const value = inner(context)
    return value === undefined ? undefined : apply(value)
  }
}

function both([a, b]: [ASTNode, ASTNode], apply: Operator): Evaluate {
  const [left, right] = [evaluateAst(a), evaluateAst(b)]
  return (context) => {
    const x = left(context)
    if (x === undefined) return undefined
    const y = right(context)
    return y === undefined ? undefined : apply(x, y)
  }
}

/** `decisive`: the value of one side that settles the whole, whatever the other is. */
function logic([a, b]: [ASTNode, ASTNode], decisive: boolean): Evaluate {
  const [left, right] = [evaluateAst(a), evaluateAst(b)]
  return (context) => {
    const x = left(context)
    if (x === decisive) return decisive
    const y = right(context)
    if (y === decisive) return decisive
    return x === undefined || y === undefined ? undefined : !decisive
  }
}

function equal(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b
  return a.length === b.length && a.every((item, i) => equal(item, b[i]))
}
