import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { faults } from './faults.ts'
import { type FaultOutcome, runFault } from './run-fault.ts'
import { printTable } from './support/print-table.ts'

/**
 * The fault suite: `pnpm faults [--short] [--no-mount] [--only NAME,…]`. Each fault is made under load of real clients that record every
 * PUBACK, and ends with the proof that nothing acknowledged is lost or doubled. The last line is one JSON object; exit code
 * 1 where a fault has failed. `--report FILE` writes how many passed, failed and were skipped;
 * `--no-mount` makes full disks as for those who may not mount one.
 */
const usage = `Usage: pnpm faults [--short] [--no-mount] [--only NAME,...] [--report FILE]
Faults: ${faults.map(({ name }) => name).join(', ')}`

const { short, only, report, 'no-mount': noMount } = readOptions()
const wanted = only?.split(',')
const unknown = wanted?.filter((name) => !faults.some((fault) => fault.name === name)) ?? []
if (unknown.length > 0) fail(`There is no fault ${unknown.join(', ')}.`)

const outcomes: FaultOutcome[] = []
for (const fault of faults) {
  if (wanted && !wanted.includes(fault.name)) continue
  console.log(`\n${fault.name}: ${fault.title}`)
  const outcome = await runFault(fault, { short, mayMount: !noMount })
  outcomes.push(outcome)
  for (const failure of outcome.failures) console.error(`${fault.name} failed: ${failure}`)
  console.log(`${fault.name}: ${wordOf(outcome)} after ${outcome.seconds} s`)
}

const rows = outcomes.flatMap(({ fault: { name, title }, result }) =>
  result ? [{ fault: name, title, ...result }] : []
)
const count = (word: string) => outcomes.filter((outcome) => wordOf(outcome) === word).length
const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') }
if (report) writeFileSync(report, JSON.stringify(counts))
const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0)
const times = outcomes.map(({ fault: { name }, seconds }) => `${name} ${seconds} s`)
console.log(`\n${printTable(rows)}\n`)
for (const { fault, failures } of outcomes) {
  for (const failure of failures) console.error(`${fault.name} failed: ${failure.split('\n')[0]}`)
}
console.log(`Times: ${times.join(', ')}`)
console.log(`Faults: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s`)
console.log(
  JSON.stringify({
    faults: rows.map(({ fault, repetitions, acknowledged, found, deadLettered, lost, doubled, peakMegabytes }) => ({
      fault,
      repetitions,
      acknowledged,
      found,
      deadLettered,
      lost,
      doubled,
      peakMegabytes
    }))
  })
)
process.exit(counts.failed === 0 ? 0 : 1)

function wordOf({ failures, skipped }: FaultOutcome): 'passed' | 'failed' | 'skipped' {
  if (failures.length > 0) return 'failed'
  return skipped ? 'skipped' : 'passed'
}

function readOptions(): { short: boolean; 'no-mount': boolean; only?: string; report?: string } {
  try {
    const { values } = parseArgs({
      options: {
        short: { type: 'boolean', default: false },
        'no-mount': { type: 'boolean', default: false },
        only: { type: 'string' },
        report: { type: 'string' }
      }
    })
    return values
  } catch (error) {
    return fail((error as Error).message)
  }
}

function fail(message: string): never {
  console.error(`${message}\n${usage}`)
  process.exit(2)
}
