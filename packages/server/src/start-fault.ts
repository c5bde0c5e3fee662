import { formatProblem, type Problem } from '@city-brain/model'

/** The city cannot start, and why in words for whoever started it: printed as it is, without a stack, exit code 1. */
export class StartFault extends Error {
  override readonly name = 'StartFault'
}

/** A city folder that may not start: every fault of it in one report, with file and line. */
export class CityFault extends StartFault {
  readonly problems: readonly Problem[]

  constructor(folder: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort(
      (a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
    )
    const count = sorted.length === 1 ? 'one problem' : `${sorted.length} problems`
    super(`The city in ${folder} has ${count}:\n${sorted.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`)
    this.problems = sorted
  }
}
