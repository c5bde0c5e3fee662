import type { TSchema } from 'typebox'
import type { Validator } from 'typebox/compile'
import { LineCounter, parseDocument } from 'yaml'
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
}

/** Parses a file that a user wrote. Anchors and aliases are bounded, so that a small file cannot become a huge value. */
export function parseYamlDocument(file: string, text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const at = (position: number) => {
    const { line, col } = lines.linePos(position)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const problems = document.errors.map<Problem>((error) => ({
    file,
    ...at(error.pos[0]),
    code: 'syntax',
    message: error.message
  }))
  let value: unknown
  if (problems.length === 0) {
    try {
      value = document.toJS({ maxAliasCount: 100 })
    } catch (error) {
      problems.push({ file, code: 'syntax', message: (error as Error).message })
    }
  }
  const locate = (path: string) => {
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    for (; steps.length > 0; steps.pop()) {
      const node = document.getIn(
        steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
        true
      ) as { range?: [number, number, number] } | undefined
      if (node?.range) return at(node.range[0])
    }
    return { line: 1, column: 1 }
  }
  return { file, value, problems, locate }
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
