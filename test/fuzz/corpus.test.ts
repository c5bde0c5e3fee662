import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { compileFeed, createDirectory, createIngest, type Ingest } from '@city-brain/ingest'
import { openJournal } from '@city-brain/journal'
import { type Journal, parseYamlDocument, systemClock, topicMatches } from '@city-brain/model'
import { loadRules } from '@city-brain/rules'
import { CityFault, loadCity } from '@city-brain/server'
import { loadIntersections } from '@city-brain/signals'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from '../city/start-city.ts'
import { writeSmallCity } from '../city/write-small-city.ts'
import { bytesOf, payloadOf, readCorpus, type WrittenPayload } from './corpus.ts'
import { fuzzAssets, fuzzFeeds, fuzzRegister } from './pipeline-city.ts'
import { exchange } from './raw-http.ts'
import { connectRawMqtt } from './raw-mqtt-client.ts'
import { type FuzzedCity, startFuzzedCity } from './running-city.ts'
import { faultOfAnswer } from './targets/http-api.ts'

/** Named cases, each with what must become of it. A fault that the fuzzer finds becomes one. */
const folder = temporaryFolder()
afterAll(() => folder.remove())
const casesOf = <T>(target: string) =>
  readCorpus(target).map(({ name, text }) => [name, JSON.parse(text) as T] as const)

describe('pipeline', () => {
  let journal: Journal
  let ingest: Ingest
  beforeAll(async () => {
    const log = () => {}
    journal = await openJournal({ folder: join(folder.path, 'pipeline'), clock: systemClock, log })
    const directory = createDirectory({ register: fuzzRegister, assets: fuzzAssets })
    const checkCredentials = () => true
    const listener = { host: '127.0.0.1', port: 0 }
    ingest = await createIngest({
      journal,
      clock: systemClock,
      directory,
      feeds: fuzzFeeds(),
      checkCredentials,
      ...listener,
      log
    })
  })
  afterAll(async () => {
    await ingest.close()
    await journal.close()
  })

  type Case = { device: string; topic: string; payload: WrittenPayload; expect: string }
  test.each(casesOf<Case>('pipeline'))('%s', async (_name, { device, topic, payload, expect: fate }) => {
    const before = journal.head
    const client = await connectRawMqtt({ port: ingest.port, device, password: 'any' })
    const isAcknowledged = await client.publish(topic, payloadOf(payload))
    client.end()
    expect(isAcknowledged).toBe(fate !== 'closed')
    const entries = await journal.read(before, 10, ['reading', 'dead-letter'])
    const fates = entries.map((entry) => (entry.kind === 'dead-letter' ? entry.payload.code : entry.kind))
    expect(fates).toEqual(fate === 'closed' ? [] : [fate])
  })
})

type TopicCase = { filter: string; topic: string; matches: boolean }
test.each(casesOf<TopicCase>('topics'))('topic filter: %s', (_name, { filter, topic, matches }) => {
  expect(topicMatches(filter, topic)).toBe(matches)
})

test.each(readCorpus('feeds').map(({ name, text }) => [name, text]))('feed that is refused: %s', (name, text) => {
  const { feed, problems } = compileFeed(parseYamlDocument(`feeds/${name}.yaml`, text))
  expect(feed).toBeUndefined()
  expect(problems[0]?.line).toBeGreaterThan(0)
})

test.each(readCorpus('city-files').map(({ name, text }) => [name, text]))(
  'city file that is refused: %s',
  async (name, text) => {
    const city = join(folder.path, `city-${name}`)
    writeSmallCity(city, 1)
    writeFileSync(join(city, 'city.yaml'), text)
    const loading = loadCity({ folder: city, loadRules, loadIntersections, compileFeed })
    await expect(loading).rejects.toBeInstanceOf(CityFault)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  }
)

describe('a running city', () => {
  let fuzzed: FuzzedCity
  beforeAll(async () => {
    fuzzed = await startFuzzedCity(join(folder.path, 'running'))
  })
  afterAll(() => fuzzed?.stop())

  type HttpCase = { request: string; status: number; code: string }
  test.each(casesOf<HttpCase>('http-api'))('HTTP: %s', async (_name, { request, status, code }) => {
    const answer = await exchange(Number(new URL(fuzzed.city.url).port), Buffer.from(request, 'latin1'))
    expect(faultOfAnswer(answer)).toBeUndefined()
    if (answer === undefined || answer === 'silence') throw new Error('no answer')
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body)).toMatchObject({ code })
  })

  test.each(readCorpus('mqtt-bytes').map(({ name, text }) => [name, text]))('MQTT: %s', async (_name, text) => {
    const socket = connect({ host: '127.0.0.1', port: fuzzed.city.mqttPort })
    socket.on('error', () => socket.destroy())
    const closed = once(socket, 'close')
    socket.resume().write(bytesOf(text))
    await closed
  })

  test('it lives, and takes readings', async () => {
    expect(await fuzzed.fault()).toBeUndefined()
  })
})
