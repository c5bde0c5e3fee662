/** One fault in a file that a user wrote. Files are validated whole: every problem is reported together. */
export type Problem = {
  file: string
  /** From 1; absent where the whole file is meant. */
  line?: number
  column?: number
  /** JSON pointer into the document. */
  path?: string
  code:
    | 'missing-file'
    | 'unreadable'
    | 'syntax'
    | 'schema'
    | 'unknown-reference'
    | 'duplicate'
    | 'expression'
    | 'inconsistent'
  message: string
}

/** `rules/fire.yaml:12:5 /when: Unknown variable: temprature` */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':')
  return `${place}${problem.path ? ` ${problem.path}` : ''}: ${problem.message}`
}
