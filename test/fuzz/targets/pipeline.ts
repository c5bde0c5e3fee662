import { hash } from 'node:crypto'
import { join } from 'node:path'
import { createDirectory, createIngest } from '@city-brain/ingest'
import { openJournal } from '@city-brain/journal'
import { type Journal, systemClock } from '@city-brain/model'
import fc from 'fast-check'
import { createFaults, type FuzzTarget } from '../fuzz-target.ts'
import { anyMessage } from '../inputs/messages.ts'
import { watchOwnMemory } from '../memory-watch.ts'
import { classOf, type FuzzMessage, fuzzAssets, fuzzFeeds, fuzzRegister, type MessageClass } from '../pipeline-city.ts'
import { connectRawMqtt, type RawMqttClient } from '../raw-mqtt-client.ts'

const chunk = 2_000

/** The fingerprint that an entry bears: 52 bits of the hash of who and where, plus 52 bits of the hash of what. */
export function fingerprintOf({ device, topic, payload }: FuzzMessage): number {
  const bits52 = (sha256: string) => Number.parseInt(sha256.slice(0, 13), 16)
  return (bits52(hash('sha256', `${device}\n${topic}`, 'hex')) + bits52(hash('sha256', payload, 'hex'))) % 2 ** 52
}

/**
 * Through the real broker into a real journal. Every message that was acknowledged must be in the journal under its
 * fingerprint, as a reading or as a dead letter. Those that leave no fingerprint are held against what was counted:
 * valid status, acknowledgements and signal states are entries of their own, a feed passes messages over on purpose, and
 * wrong topics above the throttle are only counted.
 */
export const fuzzPipeline: FuzzTarget = async ({ inputs, seed, folder }) => {
  const faults = createFaults()
  const memory = watchOwnMemory()
  const log = (level: string, message: string, detail?: Record<string, unknown>) => {
    if (level === 'error') faults.add(message, detail)
  }
  const journal = await openJournal({ folder: join(folder, 'journal'), clock: systemClock, log })
  const ingest = await createIngest({
    journal,
    clock: systemClock,
    directory: createDirectory({ register: fuzzRegister, assets: fuzzAssets }),
    feeds: fuzzFeeds(),
    checkCredentials: () => true,
    host: '127.0.0.1',
    port: 0,
    log
  })
  const clients = new Map<string, Promise<RawMqttClient>>()
  const clientOf = (device: string): Promise<RawMqttClient> => {
    const known = clients.get(device)
    if (known !== undefined) return known
    const connecting = connectRawMqtt({
      port: ingest.port,
      device,
      password: 'right',
      onForgotten: (messages) => faults.add(`${device}: publishes neither acknowledged nor refused`, { messages })
    })
    clients.set(device, connecting)
    // The next message comes on a new connection.
    connecting.then(
      (client) => client.closed.then(() => clients.delete(device)),
      () => clients.delete(device)
    )
    return connecting
  }
  const stored = createStored(journal)
  const acknowledged: Record<MessageClass, { fingerprint: number; message: FuzzMessage }[]> = {
    telemetry: [],
    feed: [],
    control: [],
    'wrong-topic': []
  }
  const found = { all: 0, byFingerprint: 0 }
  const unfound = { control: 0, feed: 0, wrongTopic: new Set<number>() }
  let lost = 0
  let lossFaults = 0

  for (let done = 0; done < inputs; done += chunk) {
    const messages = fc.sample(anyMessage, { numRuns: Math.min(chunk, inputs - done), seed: seed + done })
    const sending = [...new Set(messages.map(({ device }) => device))].map((device) => {
      const ofDevice = messages.filter((message) => message.device === device)
      return sendAll(ofDevice, () => clientOf(device), acknowledged)
    })
    await Promise.all(sending)
    memory.sample()
    await stored.readOn()
    for (const kind of ['telemetry', 'feed', 'control', 'wrong-topic'] as const) {
      for (const { fingerprint, message } of acknowledged[kind]) {
        found.all++
        if (stored.fingerprints.has(fingerprint)) found.byFingerprint++
        else if (kind === 'control') unfound.control++
        else if (kind === 'feed') unfound.feed++
        else if (kind === 'wrong-topic') unfound.wrongTopic.add(fingerprint)
        else {
          lost++
          lossFaults++
          faults.add('acknowledged and lost', { ...message, payload: message.payload.toString('base64') })
        }
      }
      acknowledged[kind].length = 0
    }
  }
  for (const client of clients.values()) (await client).end()
  const { ignored, throttled } = ingest.counts()
  await ingest.close()
  await stored.readOn()
  const tally = journal.tally()
  await journal.close()

  const excess = (what: string, messages: number, counted: number) => {
    if (messages <= counted) return
    lost += messages - counted
    lossFaults++
    faults.add(`${what}: ${messages} acknowledged without an entry, but only ${counted} counted`, {})
  }
  excess('status, acknowledgements and signal states', unfound.control, stored.control)
  excess('messages that a feed passes over', unfound.feed, ignored)
  excess('wrong topics', unfound.wrongTopic.size, throttled)
  if (inputs > 500 && Math.min(tally.accepted, tally.rejected, tally.duplicate) === 0) {
    faults.add('nothing was ever accepted, rejected or a repeat', tally)
  }
  const rejected = stored.deadLetters + throttled
  if (tally.accepted !== stored.readings || tally.rejected !== rejected) {
    faults.add('the counters do not add up', {
      tally,
      readings: stored.readings,
      deadLetters: stored.deadLetters,
      throttled
    })
  }
  return {
    target: 'pipeline',
    inputs,
    crashes: faults.count - lossFaults,
    acknowledged: found.all,
    found: found.all - lost,
    lost,
    peakMegabytes: memory.stop(),
    faults: faults.faults
  }
}

/** So many messages of one device are on their way at a time; those of a connection that ends are not acknowledged. */
const onTheirWay = 16

async function sendAll(
  messages: readonly FuzzMessage[],
  client: () => Promise<RawMqttClient>,
  acknowledged: Record<MessageClass, { fingerprint: number; message: FuzzMessage }[]>
): Promise<void> {
  const rest = messages.values()
  const sendRest = async () => {
    for (const given of rest) {
      if (!(await (await client()).publish(given.topic, given.payload))) continue
      // As the broker reads it: what is no UTF-8 or no Unicode is replaced, and a field has at most 65,535 bytes.
      const topic = Buffer.from(given.topic).subarray(0, 65_535).toString('utf8')
      const message = { ...given, topic }
      acknowledged[classOf(message)].push({ fingerprint: fingerprintOf(message), message })
    }
  }
  await Promise.all(Array.from({ length: onTheirWay }, sendRest))
}

/** What is on disk, read on from where it was read before, since dead letters have a quota. */
function createStored(journal: Journal) {
  const fingerprints = new Set<number>()
  let after = 0
  const stored = {
    fingerprints,
    readings: 0,
    deadLetters: 0,
    control: 0,
    async readOn(): Promise<void> {
      for (;;) {
        const entries = await journal.read(after, 2_000)
        for (const { offset, kind, fingerprint } of entries) {
          if (fingerprint !== undefined) fingerprints.add(fingerprint)
          if (kind === 'reading') stored.readings++
          else if (kind === 'dead-letter') stored.deadLetters++
          else if (kind === 'status' || kind === 'ack' || kind === 'spat') stored.control++
          after = offset
        }
        if (entries.length === 0) return
      }
    }
  }
  return stored
}
