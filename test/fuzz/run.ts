import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { FuzzResult, FuzzTarget } from './fuzz-target.ts'
import { fuzzCityFiles } from './targets/city-files.ts'
import { fuzzFeedFiles } from './targets/feeds.ts'
import { fuzzHttpApi } from './targets/http-api.ts'
import { fuzzLive } from './targets/live.ts'
import { fuzzMqttBytes } from './targets/mqtt-bytes.ts'
import { fuzzPipeline } from './targets/pipeline.ts'
import { fuzzTopics } from './targets/topics.ts'

/** Inputs in the short form, which is a part of the tests, and in the long form: a million. */
const targets: Record<string, { run: FuzzTarget; short: number; long: number }> = {
  pipeline: { run: fuzzPipeline, short: 7_000, long: 500_000 },
  topics: { run: fuzzTopics, short: 6_000, long: 300_000 },
  feeds: { run: fuzzFeedFiles, short: 3_000, long: 80_000 },
  'city-files': { run: fuzzCityFiles, short: 150, long: 3_000 },
  'http-api': { run: fuzzHttpApi, short: 1_000, long: 12_000 },
  live: { run: fuzzLive, short: 600, long: 15_000 },
  'mqtt-bytes': { run: fuzzMqttBytes, short: 3_000, long: 90_000 }
}
/** A process that held more than this was not bounded: the largest inputs have 10 MB, and few are on their way at once. */
const boundMegabytes = 1_200

/** `pnpm fuzz [--long] [--seed N] [--only pipeline,topics,…]`. The last line is one JSON object. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { long: { type: 'boolean' }, seed: { type: 'string' }, only: { type: 'string' } }
  })
  const chosen = values.only?.split(',') ?? Object.keys(targets)
  const unknown = chosen.filter((name) => !(name in targets))
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(values.seed)
  if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
    console.error(
      `There is no target ${unknown.join(', ')}; there is ${Object.keys(targets).join(', ')}. A seed is a whole number.`
    )
    return 2
  }
  console.log(`Seed ${seed}: the same seed makes the same inputs.`)
  const results: FuzzResult[] = []
  for (const name of chosen) results.push(await fuzz(name, seed, values.long === true))
  console.log(JSON.stringify({ fuzz: results.map(({ faults: _, ...result }) => result) }))
  const isFine = ({ crashes, lost, peakMegabytes }: FuzzResult) =>
    crashes === 0 && lost === 0 && peakMegabytes < boundMegabytes
  return results.every(isFine) ? 0 : 1
}

async function fuzz(name: string, seed: number, long: boolean): Promise<FuzzResult> {
  const target = targets[name]
  if (!target) throw new Error(`no target ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'city-brain-fuzz-'))
  const inputs = long ? target.long : target.short
  const begin = performance.now()
  try {
    const result = await target.run({ inputs, seed, folder })
    const seconds = ((performance.now() - begin) / 1_000).toFixed(1)
    const { crashes, acknowledged, found, lost, peakMegabytes } = result
    const delivered = acknowledged === 0 ? '' : `, ${acknowledged} acknowledged, ${found} found, ${lost} lost`
    console.log(
      `${name}: ${result.inputs} inputs in ${seconds} s, ${crashes} crashes${delivered}, at most ${peakMegabytes} MB`
    )
    for (const fault of result.faults) console.log(`  ${fault}`)
    return result
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

process.exit(await main())
