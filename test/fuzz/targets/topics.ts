import { createDirectory } from '@city-brain/ingest'
import { formatTopic, parseTopic, topicMatches } from '@city-brain/model'
import fc from 'fast-check'
import { createFaults, type FuzzTarget } from '../fuzz-target.ts'
import { anyTopic } from '../inputs/topics.ts'
import { watchOwnMemory } from '../memory-watch.ts'
import { classOf, fuzzAssets, fuzzRegister } from '../pipeline-city.ts'

const chunk = 5_000
const channelOfClass = {
  telemetry: ['telemetry'],
  feed: ['telemetry'],
  control: ['status', 'ack', 'spat'],
  'wrong-topic': []
}

/** The matching of [MQTT-4.7] once more, level by level from the front, to hold the product's against. */
export function matchesByTheBook(filter: readonly string[], topic: readonly string[], first = true): boolean {
  const [wanted, ...filterRest] = filter
  const [level, ...topicRest] = topic
  if (first && level?.startsWith('$') && (wanted?.startsWith('+') || wanted?.startsWith('#'))) return false
  if (wanted === '#') return filterRest.length === 0
  if (wanted === undefined || level === undefined) return wanted === level
  return (wanted === '+' || wanted === level) && matchesByTheBook(filterRest, topicRest, false)
}

/** The topic grammar, filters, and who may publish where: no topic throws, none is taken for another. */
export const fuzzTopics: FuzzTarget = async ({ inputs, seed }) => {
  const faults = createFaults()
  const memory = watchOwnMemory()
  const directory = createDirectory({ register: fuzzRegister, assets: fuzzAssets })
  const speakers = [...(fuzzRegister.devices ?? []), ...(fuzzRegister.gateways ?? [])].map(({ id }) => id)

  const check = (topic: string, other: string, device: string) => {
    const parsed = parseTopic(topic)
    if (parsed && formatTopic(parsed) !== topic) faults.add('parsed into another topic', { topic, parsed })
    if (topicMatches(other, topic) !== matchesByTheBook(other.split('/'), topic.split('/'))) {
      faults.add('a filter matches against the book', { filter: other, topic })
    }
    const speaker = directory.speaker(device)
    const channel = speaker?.channelOf(topic)
    const allowed: readonly string[] = channelOfClass[classOf({ device, topic })]
    if (channel === undefined ? allowed.length > 0 : !allowed.includes(channel)) {
      faults.add('may publish where it may not, or not where it may', { device, topic, channel })
    }
    if (speaker?.maySubscribe(topic) && topic !== speaker.commandTopic) faults.add('may hear', { device, topic })
    directory.speaker(topic)
    directory.asset(topic)
    directory.heard(topic)
  }

  const input = fc.tuple(anyTopic, anyTopic, fc.constantFrom(...speakers))
  for (let done = 0; done < inputs; done += chunk) {
    for (const [topic, other, device] of fc.sample(input, {
      numRuns: Math.min(chunk, inputs - done),
      seed: seed + done
    })) {
      try {
        check(topic, other, device)
        check(topic, topic, device)
      } catch (error) {
        faults.add(String(error), { topic, other, device })
      }
    }
    memory.sample()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    target: 'topics',
    inputs,
    crashes: faults.count,
    acknowledged: 0,
    found: 0,
    lost: 0,
    peakMegabytes: memory.stop(),
    faults: faults.faults
  }
}
