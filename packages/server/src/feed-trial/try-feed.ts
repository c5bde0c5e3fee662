import { readFile } from 'node:fs/promises'
import { compileFeed, createFeedTrial, defaultLimits, type FeedTrial } from '@city-brain/ingest'
import { type Clock, formatProblem, parseYamlDocument } from '@city-brain/model'
import { loadRules } from '@city-brain/rules'
import { loadIntersections } from '@city-brain/signals'
import { loadCity } from '../city/load-city.ts'
import { printable } from '../command-line/command-output.ts'
import { StartFault } from '../start-fault.ts'
import { readSample } from './read-sample.ts'

/** How the messages fared. `failed`: a reading of it, or all of it, would be a dead letter. */
type Counts = { messages: number; readings: number; failed: number; ignored: number; repeats: number }

/**
 * `city-brain feeds try FILE`: what a city would make of sample messages, line by line, without storing anything and
 * without a running city. Resolves with false where any failed. A file or a city that is wrong is a StartFault.
 */
export async function tryFeed({
  file,
  topic,
  city: folder,
  lines,
  clock,
  print
}: {
  /** Path of the feed's file. */
  file: string
  topic?: string
  /** Folder of the city whose registry judges. */
  city?: string
  lines: AsyncIterable<string>
  clock: Clock
  print: (line: string) => void
}): Promise<boolean> {
  const feed = await readFeed(file)
  const city = folder === undefined ? undefined : await loadCity({ folder, loadRules, loadIntersections, compileFeed })
  const trial = createFeedTrial({ feed, ...(city ? { city } : {}), clock, limits: defaultLimits })
  const counts: Counts = { messages: 0, readings: 0, failed: 0, ignored: 0, repeats: 0 }
  let number = 0
  for await (const line of lines) {
    number++
    const sample = readSample(line, topic)
    if (sample === undefined) continue
    counts.messages++
    if ('fault' in sample) {
      counts.failed++
      print(`${number}  FAULT  the line ${sample.fault}`)
      continue
    }
    const tried = trial(sample.topic, sample.payload)
    count(counts, tried)
    for (const text of describe(tried)) print(printable(`${number}  ${sample.topic}  ${text}`))
  }
  if (counts.messages === 0) throw new StartFault('There are no messages on standard input.')
  print(summary(counts))
  return counts.failed === 0
}

async function readFeed(file: string) {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new StartFault(`${file} cannot be read (${error.code}).`)
  })
  const document = parseYamlDocument(file, text)
  const { feed, problems } =
    document.problems.length > 0 ? { feed: undefined, problems: document.problems } : compileFeed(document)
  if (feed === undefined) throw new StartFault(problems.map(formatProblem).join('\n'))
  return feed
}

function count(counts: Counts, { readings, faults, ignored, duplicate }: FeedTrial): void {
  counts.readings += readings.length
  if (faults.length > 0) counts.failed++
  else if (duplicate) counts.repeats++
  else if (ignored) counts.ignored++
}

/** One line for each reading and each fault. */
function describe({ speaker, readings, faults, ignored, duplicate, frame }: FeedTrial): string[] {
  const by = speaker === undefined ? '' : `  by ${speaker}`
  const counter = frame ? `  frame ${frame.counter} of ${frame.device}, ${frame.lost} lost` : ''
  const lines = faults.map(({ code, path, index, message }) =>
    ['FAULT ', code, path, index === undefined ? undefined : `[${index}]`, `${message}${by}`].filter(Boolean).join(' ')
  )
  if (duplicate) return [...lines, `repeat: it came before, and is dropped${by}`]
  if (ignored) return [...lines, `passed over by when${counter}${by}`]
  for (const { entity, reading } of readings) {
    const flags = reading.flags ? `  ${reading.flags.join(' ')}` : ''
    const values = JSON.stringify(reading.values)
    lines.push(`${entity}  ${reading.type}  ${reading.dateObserved}  ${values}${flags}${counter}${by}`)
  }
  return lines
}

function summary({ messages, readings, failed, ignored, repeats }: Counts): string {
  return `${messages} messages: ${readings} readings, ${failed} failed, ${ignored} passed over, ${repeats} repeats.`
}
