import type { DeadLettersAnswer, HistoryWireAnswer } from '@city-brain/model'
import type { OperatorSession } from '../../city/operator-session.ts'
import { waitFor } from '../../city/start-city.ts'
import type { FaultContext, FaultCounts } from './fault.ts'
import { keyOfPayload } from './fault-load.ts'
import type { FaultCity } from './start-fault-city.ts'

/** As much as the API gives at once. */
const historyPage = 2_000
const deadLetterPage = 500

/**
 * The proof of no loss: acknowledged distinct readings = found in history once + found in dead letters once, asked of the
 * running city's API, whatever its history store. Waits until the history has caught up. Expects as well that the counters
 * add up and agree with what is there.
 * @param acknowledged keys of a FaultLoad, which has been drained
 */
export async function proveNoLoss(
  context: FaultContext,
  city: FaultCity,
  acknowledged: ReadonlySet<string>,
  {
    patience = 120_000,
    countersAgree = true
  }: {
    /** How long the history may take to catch up, milliseconds. */
    patience?: number
    /** False where the totals cannot agree with what is there, e.g. after an older copy was put back. */
    countersAgree?: boolean
  } = {}
): Promise<FaultCounts> {
  await waitFor(async () => {
    const { counters, history } = await city.running.health()
    return counters.pending === 0 && (history.state === 'ok' || history.lagSeconds === 0)
  }, patience)
  const session = await city.session()
  const stored = new Map<string, number>()
  const rejected = new Map<string, number>()
  for (const { entity } of city.devices) {
    for (const number of await numbersOf(session, entity)) count(stored, `${entity}#${number}`)
  }
  const letters = await deadLetters(session)
  for (const key of letters.keys) count(rejected, key)

  let found = 0
  let deadLettered = 0
  let lost = 0
  for (const key of acknowledged) {
    if (stored.has(key)) found++
    else if (rejected.has(key)) deadLettered++
    else lost++
  }
  let doubled = 0
  for (const key of new Set([...stored.keys(), ...rejected.keys()])) {
    if ((stored.get(key) ?? 0) + (rejected.get(key) ?? 0) > 1) doubled++
  }

  const { counters } = await city.running.health()
  const rows = sum(stored)
  const told = JSON.stringify(counters)
  const { received, accepted, duplicate, refused } = counters
  context.expect(received === accepted + counters.rejected + duplicate, `received does not add up: ${told}`)
  context.expect(accepted === counters.stored + counters.pending + refused, `accepted does not add up: ${told}`)
  if (countersAgree) {
    context.expect(counters.stored === rows, `${rows} rows are in the history: ${told}`)
    context.expect(
      counters.rejected + refused === letters.total,
      `${letters.total} dead letters are in the journal: ${told}`
    )
  }
  context.log(`${acknowledged.size} acknowledged, ${found} found, ${deadLettered} dead letters; ${told}`)
  return { acknowledged: acknowledged.size, found, deadLettered, lost, doubled }
}

/** The numbers of all readings of an entity that are in the history, as often as they are there. */
async function numbersOf(session: OperatorSession, entity: string): Promise<number[]> {
  const seen = new Set<number>()
  const numbers: number[] = []
  let from = '1970-01-01T00:00:00.000Z'
  for (;;) {
    const span = `from=${from}&to=2200-01-01T00:00:00.000Z&limit=${historyPage}`
    const answer = await session.get<HistoryWireAnswer>(`/api/entities/${entity}/history?${span}`)
    if (answer.kind !== 'raw') throw new Error('Asked for raw points')
    const before = numbers.length
    for (const { offset, values } of answer.points) {
      // The next page begins with the moment at which the last one ended.
      if (seen.has(offset)) continue
      seen.add(offset)
      numbers.push(Number(values.intensity))
    }
    const last = answer.points.at(-1)?.dateObserved
    if (!answer.truncated || last === undefined) return numbers
    if (numbers.length === before) throw new Error(`More than ${historyPage} readings of ${entity} at ${last}`)
    from = last
  }
}

async function deadLetters(session: OperatorSession): Promise<{ keys: string[]; total: number }> {
  const keys: string[] = []
  let total = 0
  let before: number | undefined
  do {
    const page = await session.get<DeadLettersAnswer>(
      `/api/dead-letters?limit=${deadLetterPage}${before === undefined ? '' : `&before=${before}`}`
    )
    for (const { raw = '' } of page.deadLetters) {
      total++
      const key = keyOfPayload(Buffer.from(raw, 'base64').toString())
      if (key !== undefined) keys.push(key)
    }
    before = page.next
  } while (before !== undefined)
  return { keys, total }
}

function count(of: Map<string, number>, key: string): void {
  of.set(key, (of.get(key) ?? 0) + 1)
}

function sum(of: Map<string, number>): number {
  return [...of.values()].reduce((all, one) => all + one, 0)
}
