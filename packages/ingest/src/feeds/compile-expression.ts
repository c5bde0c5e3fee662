import type { Problem, YamlDocument } from '@city-brain/model'
import { type ASTNode, type Environment, EvaluationError } from '@marcbachmann/cel-js'

/** Absent: the payload lacks a field that the expression reads, so that there is no value. */
export const absent = Symbol('absent')

export type Expression = ((variables: FeedVariables) => unknown) & {
  /** The names of the variables that it reads. */
  readonly variables: ReadonlySet<string>
}
export type FeedVariables = { payload: unknown; topic: readonly string[]; receivedAt: string }

/** What a checked expression may yield: `dyn` is always allowed, since the types of a payload are not known. */
export type WantedType = 'text' | 'condition' | 'list' | 'instant' | 'count' | 'attribute'

const types: Record<WantedType, { matches: RegExp; name: string }> = {
  text: { matches: /^(dyn|string)$/, name: 'text' },
  condition: { matches: /^(dyn|bool)$/, name: 'true or false' },
  list: { matches: /^(dyn|list(<.*>)?)$/, name: 'a list' },
  instant: { matches: /^(dyn|string|google\.protobuf\.Timestamp)$/, name: 'RFC 3339 text or a timestamp' },
  count: { matches: /^(dyn|int|uint|double)$/, name: 'a number' },
  attribute: {
    matches: /^(dyn|string|bool|int|uint|double|null|list(<.*>)?|google\.protobuf\.Timestamp)$/,
    name: 'a number, text, true or false, or a list'
  }
}

/**
 * Compiles the expression at a path of a feed's file, or says with line and column why it cannot be used. Expressions in
 * quotes are refused: their characters do not stand in the file as they are, so a fault could not be pointed at.
 */
export function compileExpression(
  environment: Environment,
  document: YamlDocument,
  path: string,
  text: string,
  wanted: WantedType
): { expression: Expression; problem?: undefined } | { expression?: undefined; problem: Problem } {
  const problem = (message: string, offset?: number): { problem: Problem } => ({
    problem: {
      file: document.file,
      ...((offset === undefined ? undefined : document.locateWithin(path, offset)) ?? document.locate(path)),
      path,
      code: 'expression',
      message
    }
  })
  if (document.locateWithin(path, 0) === undefined) {
    return problem('write the expression plain or as a block (|), not in quotes')
  }
  try {
    const parsed = environment.parse(text)
    const used = findCall(parsed.ast, 'matches')
    // Its regular expressions backtrack without bound.
    if (used) return problem('matches() is not available; use startsWith, endsWith, contains or ==', used.start)
    const checked = parsed.check()
    if (!checked.valid) return problem(summaryOf(checked.error), checked.error?.range?.start)
    const { matches, name } = types[wanted]
    if (checked.type !== undefined && !matches.test(checked.type)) {
      return problem(`yields ${checked.type}, but ${name} is needed`, 0)
    }
    const variables = new Set<string>()
    visit(parsed.ast, ({ op, args }) => {
      if (op === 'id' && typeof args === 'string') variables.add(args)
    })
    return { expression: Object.assign((given: FeedVariables) => run(parsed, given), { variables }) }
  } catch (error) {
    return problem(summaryOf(error), rangeOf(error))
  }
}

/** A field that is not there is no fault: the attribute stays absent. Every other error is one, and is thrown. */
function run(parsed: (variables: FeedVariables) => unknown, variables: FeedVariables): unknown {
  try {
    return parsed(variables) ?? absent
  } catch (error) {
    if (error instanceof EvaluationError && (error.code === 'no_such_key' || error.code === 'index_out_of_bounds')) {
      return absent
    }
    throw error
  }
}

export function summaryOf(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    if ('summary' in error && typeof error.summary === 'string') return error.summary
    if ('message' in error && typeof error.message === 'string') return error.message
  }
  return String(error)
}

function rangeOf(error: unknown): number | undefined {
  return (error as { range?: { start?: number } } | undefined)?.range?.start
}

function findCall(node: ASTNode, name: string): ASTNode | undefined {
  let found: ASTNode | undefined
  visit(node, (inner) => {
    if (inner.op === 'rcall' && inner.args[0] === name) found ??= inner
  })
  return found
}

/** Every node of an expression, the outer ones first. */
function visit(part: unknown, see: (node: ASTNode) => void): void {
  if (Array.isArray(part)) for (const inner of part) visit(inner, see)
  else if (isNode(part)) {
    see(part)
    visit(part.args, see)
  }
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part
}
