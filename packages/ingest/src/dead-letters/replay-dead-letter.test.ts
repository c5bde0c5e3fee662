import { type DeadLetter, type Entry, parseYamlDocument, systemClock } from '@city-brain/model'
import { afterEach, expect, test } from 'vitest'
import { createDirectory } from '../directory/directory.ts'
import { compileFeed } from '../feeds/compile-feed.ts'
import { createIngestState } from '../state/ingest-state.ts'
import { createMemoryJournal, type MemoryJournal } from '../testing/memory-journal.ts'
import { startIngest, type TestIngest } from '../testing/start-ingest.ts'
import { testAssets, testRegister } from '../testing/test-city.ts'
import { createReplay } from './replay-dead-letter.ts'

const running: TestIngest[] = []
const start = async (...options: Parameters<typeof startIngest>) => {
  const started = await startIngest(...options)
  running.push(started)
  return started
}
afterEach(async () => {
  for (const city of running.splice(0)) await city.stop()
})

const letters = (journal: MemoryJournal) =>
  journal.entries.filter(({ kind }) => kind === 'dead-letter') as Entry<'dead-letter'>[]
const readings = (journal: MemoryJournal) =>
  journal.entries.filter(({ kind }) => kind === 'reading') as Entry<'reading'>[]
const feed = (fill: string) =>
  compileFeed(
    parseYamlDocument(
      'feed.yaml',
      `feed: lora\ntopic: lorawan/lumen/+/up\ntype: WasteContainer\nentity: topic[2]\ndateObserved: receivedAt\nattributes:\n  fillingLevel: ${fill}\n`
    )
  ).feed

test('after the mapping was mended a dead letter becomes a reading, once, and the counts add up', async () => {
  const wrong = feed('payload.fill')
  const city = await start({ feeds: wrong ? [wrong] : [] })
  const gateway = await city.connect('lora')
  await gateway.publishAsync('lorawan/lumen/bin-1/up', '{"fill":82}', { qos: 1 })
  const [letter] = letters(city.journal)
  expect(letter?.payload).toMatchObject({ code: 'schema', path: '/attributes/fillingLevel' })
  const offset = letter?.offset ?? 0
  expect(await city.ingest.replayDeadLetter(offset)).toMatchObject({ outcome: 'rejected', code: 'schema' })
  expect(city.journal.tally()).toEqual({ accepted: 0, rejected: 1, duplicate: 0 })

  const mended = feed('payload.fill / 100')
  const journal = createMemoryJournal(city.journal.stored())
  const second = await start({ journal, feeds: mended ? [mended] : [] })
  // Two at once, and once more.
  const outcomes = await Promise.all([second.ingest.replayDeadLetter(offset), second.ingest.replayDeadLetter(offset)])
  expect(outcomes).toEqual([{ outcome: 'accepted', readings: 1 }, { outcome: 'duplicate' }])
  expect(await second.ingest.replayDeadLetter(offset)).toEqual({ outcome: 'duplicate' })
  expect(readings(journal)).toMatchObject([
    { entity: 'bin-1', source: 'lora', payload: { values: { fillingLevel: 0.82 } } }
  ])
  // The mapping saw the time at which it was received, not that of the replay.
  expect(readings(journal)[0]?.payload.dateObserved).toBe(new Date(letter?.receivedAt ?? 0).toISOString())
  expect(journal.tally()).toEqual({ accepted: 1, rejected: 0, duplicate: 0 })

  const third = await start({ journal: createMemoryJournal(journal.stored()), feeds: mended ? [mended] : [] })
  expect(await third.ingest.replayDeadLetter(offset)).toEqual({ outcome: 'duplicate' })
})

test('one of several readings is replayed alone, with the bytes that were kept with the first', async () => {
  const city = await start()
  const device = await city.connect('unit-7')
  const at = (second: number) => new Date(Date.UTC(2026, 4, 4, 8, 0, second)).toISOString()
  const payload = [1, 2, 3].map((second) => ({ id: 'bin-1', dateObserved: at(second), fillingLevel: 0.1 * second }))
  await device.publishAsync(
    'city/lumen/traffic/unit-7/obs',
    JSON.stringify([...payload, { id: 'det-1', dateObserved: at(4) }]),
    { qos: 1 }
  )
  const offsets = letters(city.journal).map(({ offset }) => offset)
  expect(offsets).toHaveLength(3)
  const register = {
    ...testRegister,
    devices: testRegister.devices?.map((each) => (each.id === 'unit-7' ? { ...each, entities: ['bin-1'] } : each))
  }
  const second = await start({ journal: createMemoryJournal(city.journal.stored()), register })
  expect(await second.ingest.replayDeadLetter(offsets[2] ?? 0)).toEqual({ outcome: 'accepted', readings: 1 })
  expect(await second.ingest.replayDeadLetter(offsets[1] ?? 0)).toEqual({ outcome: 'accepted', readings: 1 })
  const stored = readings(second.journal).filter(({ entity }) => entity === 'bin-1')
  expect(stored.map(({ payload: { values, flags } }) => [values.fillingLevel, flags])).toEqual([
    [0.1 * 3, undefined],
    [0.2, ['late']]
  ])
})

test('of a whole payload what is still at fault becomes a dead letter of its own', async () => {
  const city = await start()
  const device = await city.connect('det-1')
  const payload = JSON.stringify([
    { dateObserved: '2026-05-04T08:00:00Z', intensity: 1 },
    { dateObserved: 'soon', intensity: 2 }
  ])
  await device.publishAsync('city/lumen/traffic/elsewhere/obs', payload, { qos: 1 })
  const [letter] = letters(city.journal)
  const register = {
    devices: [{ id: 'det-1', area: 'lumen', domain: 'traffic' as const }, ...(testRegister.devices ?? []).slice(1)]
  }
  const moved = { ...register, devices: register.devices.map((each) => each) }
  const journal = createMemoryJournal(relabelled(city.journal, 'city/lumen/traffic/det-1/obs'))
  const second = await start({ journal, register: moved })
  expect(await second.ingest.replayDeadLetter(letter?.offset ?? 0)).toEqual({ outcome: 'accepted', readings: 1 })
  expect(letters(journal).map(({ payload: { code, index, raw } }) => [code, index, raw !== undefined])).toEqual([
    ['wrong-topic', undefined, true],
    ['bad-date', 1, true]
  ])
  expect(journal.tally()).toEqual({ accepted: 1, rejected: 1, duplicate: 0 })
})

/** As if the device had been registered for the topic that it used. */
function relabelled(journal: MemoryJournal, topic: string) {
  const stored = journal.stored()
  const entries = stored.entries.map((entry) =>
    entry.kind === 'dead-letter' ? { ...entry, payload: { ...entry.payload, topic } } : entry
  )
  return { ...stored, entries: entries as Entry[] }
}

test('what cannot be replayed says why', async () => {
  const city = await start({ assets: testAssets })
  const device = await city.connect('det-1')
  await device.publishAsync('city/lumen/traffic/det-1/obs', 'x'.repeat(70_000), { qos: 1 })
  await device.publishAsync('city/lumen/traffic/det-1/status', '{"status":"gone"}', { qos: 1 })
  await device.publishAsync('city/lumen/traffic/det-1/obs', '{"dateObserved":"2026-05-04T08:00:00Z"}', { qos: 1 })
  expect(await city.ingest.replayDeadLetter(1)).toMatchObject({ outcome: 'rejected', code: 'payload-too-large' })
  expect(await city.ingest.replayDeadLetter(2)).toMatchObject({ outcome: 'rejected', code: 'schema' })
  expect(await city.ingest.replayDeadLetter(3)).toMatchObject({ outcome: 'not-found' })
  expect(await city.ingest.replayDeadLetter(99)).toMatchObject({ outcome: 'not-found' })
})

test('a replay that the journal refuses can be done again', async () => {
  const wrong = feed('payload.fill')
  const city = await start({ feeds: wrong ? [wrong] : [] })
  await (await city.connect('lora')).publishAsync('lorawan/lumen/bin-1/up', '{"fill":82}', { qos: 1 })
  const mended = feed('payload.fill / 100')
  const second = await start({ journal: createMemoryJournal(city.journal.stored()), feeds: mended ? [mended] : [] })
  second.journal.failNext(1)
  await expect(second.ingest.replayDeadLetter(1)).rejects.toThrow('disk full')
  expect(await second.ingest.replayDeadLetter(1)).toEqual({ outcome: 'accepted', readings: 1 })
  expect(readings(second.journal)[0]?.payload.flags).toBeUndefined()
})

test('with an external broker the topic tells who said what nobody had claimed there, and of no other letter', async () => {
  const journal = createMemoryJournal()
  const directory = createDirectory({ register: testRegister, assets: testAssets })
  const raw = Buffer.from('{"dateObserved":"2026-05-04T08:15:01Z","fillingLevel":0.5}').toString('base64')
  const letter = (device: string): DeadLetter => ({
    code: 'wrong-topic',
    message: 'may not publish on this topic',
    topic: 'city/lumen/waste/bin-1/obs',
    device,
    size: 58,
    sha256: '0'.repeat(64),
    stage: 'ingest',
    raw
  })
  await journal.append(
    ['_conformance', 'external-broker'].map((device) => ({
      kind: 'dead-letter' as const,
      entity: device,
      source: device,
      payload: letter(device)
    }))
  )
  const replay = createReplay({
    journal,
    directory,
    speakerByTopic: () => directory.speaker('bin-1'),
    unclaimed: 'external-broker',
    feeds: [],
    state: createIngestState(),
    clock: systemClock,
    limits: { maxPayloadBytes: 65_536, maxReadings: 1_000 }
  })
  expect(await replay(1)).toMatchObject({ outcome: 'rejected', code: 'not-authorised' })
  expect(readings(journal)).toEqual([])
  expect(await replay(2)).toEqual({ outcome: 'accepted', readings: 1 })
})
