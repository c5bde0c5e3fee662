import type { TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import { isScalar, LineCounter, parseDocument } from 'yaml'
import type { Problem } from './problem.ts'
import { describeErrors } from './validation.ts'

/** A YAML (or JSON) file with the way back from a path in it to a line. */
export type YamlDocument = {
  file: string
  value: unknown
  /** Faults of syntax; the value is undefined where there is one. */
  problems: Problem[]
  /** Line and column, from 1, of the value at a JSON pointer, or of its nearest ancestor that is there. */
  locate(path: string): { line: number; column: number }
  /**
   * Line and column of the character at `offset` of the text at a JSON pointer (an expression, say). Undefined where the
   * text is quoted or an alias, since its characters then do not stand in the file as they are: plain and block scalars
   * differ from it by white space only.
   */
  locateWithin(path: string, offset: number): { line: number; column: number } | undefined
}

/** Parses a file that a user wrote. Anchors and aliases are bounded, so that a small file cannot become a huge value. */
export function parseYamlDocument(file: string, text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, stringKeys: true, prettyErrors: false })
  const at = (position: number) => {
    const { line, col } = lines.linePos(position)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems = document.errors.map<Problem>((error) => ({
    file,
    ...at(error.pos[0]),
    code: 'syntax',
    message: error.code === 'NON_STRING_KEY' ? 'a key must be text' : error.message
  }))
  let value: unknown
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 })
    } catch (error) {
      problems.push({ file, code: 'syntax', message: (error as Error).message })
    }
  }
  const nodeAt = (steps: readonly string[]) =>
    document.getIn(
      steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
      true
    ) as { range?: [number, number, number] } | undefined
  const locate = (path: string) => {
    for (const steps = stepsOf(path); steps.length > 0; steps.pop()) {
      const node = nodeAt(steps)
      if (node?.range) return at(node.range[0])
    }
    return { line: 1, column: 1 }
  }
  const locateWithin = (path: string, offset: number) => {
    const node = nodeAt(stepsOf(path))
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return undefined
    if (node.type === 'PLAIN') return at(sameInk(node.value, offset, text, node.range[0]))
    if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') return undefined
    // A block begins on the line after its indicator.
    return at(sameInk(node.value, offset, text, text.indexOf('\n', node.range[0]) + 1))
  }
  return { file, value, problems, locate, locateWithin }
}

function stepsOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Where in `source`, from `start`, the character at `offset` of `value` stands, if the two differ by white space only. */
function sameInk(value: string, offset: number, source: string, start: number): number {
  let ink = value.slice(0, offset).replace(/\s/g, '').length
  let position = start
  for (; position < source.length; position++) {
    if (/\s/.test(source.charAt(position))) continue
    if (ink === 0) return position
    ink--
  }
  return position
}

/** The document's value where it has the form of the schema, else every problem with its line. */
export function checkDocument<S extends TSchema, T>(
  document: YamlDocument,
  validator: Validator<Record<never, never>, S, unknown, T>
): { value: T; problems: [] } | { value: undefined; problems: Problem[] } {
  if (document.problems.length > 0) return { value: undefined, problems: document.problems }
  if (validator.Check(document.value)) return { value: document.value as T, problems: [] }
  const problems = describeErrors(validator.Errors(document.value)).map<Problem>(({ path, message }) => ({
    file: document.file,
    ...document.locate(path),
    path,
    code: 'schema',
    message
  }))
  return { value: undefined, problems }
}
