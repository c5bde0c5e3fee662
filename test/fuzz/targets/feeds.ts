import { type CompiledFeed, compileFeed } from '@city-brain/ingest'
import { parseYamlDocument } from '@city-brain/model'
import fc from 'fast-check'
import { createFaults, type FuzzTarget } from '../fuzz-target.ts'
import { brokenFile, feedDocument } from '../inputs/feed-documents.ts'
import { payload } from '../inputs/payloads.ts'
import { watchOwnMemory } from '../memory-watch.ts'
import { exampleFeedTexts, fuzzFeeds } from '../pipeline-city.ts'

const chunk = 1_000
const receivedAt = '2026-05-04T08:15:02.000Z'
/** Not a bound on speed: what a single document or message may at most take before somebody would call it hanging. */
const hanging = 10_000

/** Random payloads through the example feeds, and random documents through the compiler: problems and faults, never a throw. */
export const fuzzFeedFiles: FuzzTarget = async ({ inputs, seed }) => {
  const faults = createFaults()
  const memory = watchOwnMemory()
  const examples = fuzzFeeds()
  const guarded = (input: unknown, run: () => void) => {
    const begin = performance.now()
    try {
      run()
    } catch (error) {
      faults.add(String((error as Error).stack ?? error), input)
    }
    if (performance.now() - begin > hanging) faults.add('hangs', input)
  }
  const map = (feed: CompiledFeed, text: string) => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      value = text
    }
    const mapped = feed.map(value, ['lorawan', 'lumen', 'bin-1', 'up'], receivedAt)
    if (mapped.kind === 'fault' && mapped.message === '') faults.add('a fault without words', { text })
  }
  const compile = (text: string, message: string) => {
    const { feed, problems } = compileFeed(parseYamlDocument('feeds/fuzz.yaml', text))
    if (feed === undefined ? problems.length === 0 : problems.length > 0)
      faults.add('neither a feed nor a problem', { text })
    if (problems.some((problem) => problem.message === '' || (problem.line ?? 1) < 1))
      faults.add('no such place', { text, problems })
    if (feed) map(feed, message)
  }

  const document = fc.oneof(
    feedDocument.map((text) => Buffer.from(text)),
    ...exampleFeedTexts().map(brokenFile)
  )
  const input = fc.tuple(document, payload)
  for (let done = 0; done < inputs; done += 2 * chunk) {
    const numRuns = Math.min(chunk, Math.ceil((inputs - done) / 2))
    for (const [file, message] of fc.sample(input, { numRuns, seed: seed + done })) {
      const [text, json] = [file.toString(), message.toString()]
      guarded({ file: text, message: json }, () => compile(text, json))
      for (const feed of examples) guarded({ feed: feed.name, message: json }, () => map(feed, json))
    }
    memory.sample()
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (({} as Record<string, unknown>).polluted !== undefined) faults.add('the prototype of all objects was changed', {})
  return {
    target: 'feeds',
    inputs,
    crashes: faults.count,
    acknowledged: 0,
    found: 0,
    lost: 0,
    peakMegabytes: memory.stop(),
    faults: faults.faults
  }
}
