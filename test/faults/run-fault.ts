import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../programs/find-program.ts'
import type { Fault, FaultContext, FaultResult } from './support/fault.ts'

export type FaultOutcome = {
  fault: Fault
  /** Absent where it was skipped or broke off. */
  result?: FaultResult
  /** Why it has failed. */
  failures: string[]
  skipped: boolean
  seconds: number
}

const mostMegabytes = 700

/** Runs one fault and judges it; never rejects. */
export async function runFault(
  fault: Fault,
  { short, mayMount }: Pick<FaultContext, 'short' | 'mayMount'>
): Promise<FaultOutcome> {
  const began = performance.now()
  const failures: string[] = []
  const ends: (() => unknown)[] = []
  const folder = mkdtempSync(join(tmpdir(), `city-brain-fault-${fault.name}-`))
  const seconds = () => Math.round((performance.now() - began) / 1_000)
  const context: FaultContext = {
    short,
    mayMount,
    folder,
    log: (text) => console.log(`  ${String(seconds()).padStart(4)} s  ${text}`),
    expect(holds, otherwise) {
      if (holds) return
      console.log(`  ${String(seconds()).padStart(4)} s  NOT AS EXPECTED: ${otherwise}`)
      failures.push(otherwise)
    },
    failed: () => failures.length > 0,
    onEnd: (action) => void ends.push(action)
  }
  let result: FaultResult | undefined
  let skipped = false
  try {
    if ((fault.needs ?? []).map((program) => findProgram(program)).includes(undefined)) skipped = true
    else {
      const answer = await fault.run(context)
      if ('skipped' in answer) {
        if (process.env.CI === 'true') throw new Error(`${answer.skipped}, and with CI=true no fault may be skipped`)
        console.log(`Skipped: ${answer.skipped}.`)
        skipped = true
      } else result = answer
    }
  } catch (error) {
    failures.push(describe(error))
  }
  for (const end of ends.toReversed()) {
    try {
      await end()
    } catch (error) {
      failures.push(`It did not end cleanly: ${describe(error)}`)
    }
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  if (result && result.lost > 0) failures.push(`${result.lost} acknowledged messages were lost`)
  if (result && result.doubled > 0) failures.push(`${result.doubled} messages are there twice`)
  const most = fault.mostMegabytes ?? mostMegabytes
  if (result && result.peakMegabytes > most) {
    failures.push(`The city took ${result.peakMegabytes} MB, more than the ${most} MB that it may`)
  }
  return { fault, ...(result ? { result } : {}), failures, skipped, seconds: seconds() }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : ` (${describe(error.cause)})`
  return `${error.stack ?? error.message}${cause}`
}
