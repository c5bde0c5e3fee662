/** A fault of the suite: one file `test/faults/NAME.ts`, listed in faults.ts. */
export type Fault = {
  /** The name of its file, by which `--only` finds it. */
  name: string
  /** What is done, for the table. */
  title: string
  /** System programs; where one is missing the fault is skipped with a line that names it (with CI=true it fails). */
  needs?: readonly string[]
  /** The most that the city's processes may take (default 700 MB): above it the fault has failed. */
  mostMegabytes?: number
  run(context: FaultContext): Promise<FaultResult | Skipped>
}

export type FaultContext = {
  /** At most a few repetitions: the whole suite is to take at most five minutes. */
  short: boolean
  /** False where a full disk is to be made without mounting one, as for those who may not. */
  mayMount: boolean
  /** A folder of this fault's own, removed when it ends. */
  folder: string
  log(text: string): void
  /** An expectation of the fault's own. Where it does not hold the fault has failed, and goes on all the same. */
  expect(holds: boolean, otherwise: string): void
  /** Whether an expectation did not hold, or the fault broke off. */
  failed(): boolean
  /** To be done when the fault ends, however it ends, the last first. */
  onEnd(action: () => unknown): void
}

/** The unit is a distinct message: a reading, or a payload that can only become a dead letter. */
export type FaultCounts = {
  /** With a PUBACK. */
  acknowledged: number
  /** Of those, in the history. */
  found: number
  /** Of those, in the dead letters. */
  deadLettered: number
  /** Of those, in neither. */
  lost: number
  /** Found more than once, acknowledged or not. */
  doubled: number
}

export type FaultResult = FaultCounts & {
  /** How often the fault was made. */
  repetitions: number
  /** Of the city's processes, over all its restarts. */
  peakMegabytes: number
}

export type Skipped = { skipped: string }
